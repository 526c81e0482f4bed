"""TTT-Linear: a linear layer that learns at test time to undo a corruption of its input.

    z    = recall(B, [k[t], 1])                     B is W at the start of the batch of token t
    d[t] = eta[t] * the slope in z of |layer_norm(z) - (v[t] - k[t])|^2 / 2
    W[t] = B - tau[t] * sum over i <= t in the batch of bind([k[i], 1], d[i])       write
    o[t] = q[t] + layer_norm(recall(W[t], [q[t], 1]))                    read, after the write

    q, k     (..., T, V)   queries and keys, as wide as values
    v        (..., T, V)   values
    eta      (..., T)      learning rate of a token
    tau      (..., T)      how much of the batch so far is learned (its source: 1/place in the
                           batch, and a learned correction); 1 if left out
    weight   (..., V)      of the layer norm; 1 if left out
    bias     (..., V)      of the layer norm; 0 if left out

    batch                  tokens a batch, 16 unless given
    eps                    of the layer norm, under its root; 1e-6 unless given

    >>> q = k = np.array([[0., 1.], [0., 1.]])
    >>> v = np.array([[1., 0.], [3., 0.]])
    >>> ttt_linear(q, k, v, np.array([0.5, 0.5]), batch=1, eps=1.).out.round(3)
    array([[0.707, 0.293],
           [0.825, 0.175]])

The last row of W (V + 1, V) is the layer's bias. The memory is x + layer_norm(recall(W, [x, 1])),
trained to give v for k. flash-linear-attention reads with what W recalls in place of the leading q.
The state is (B, the sum above, which token of its batch comes next as a one-hot row); the empty one
is zero, the source learns it. Without norm, bias and residual it is `batch_delta`.
Forms:     recurrent only: the norm is not linear.
Objective: |layer_norm(recall(W, [k, 1])) - (v - k)|^2 / 2, gradients taken where the batch began.
Source:    Sun et al. 2024, arXiv:2407.04620, and its published code.
"""

from typing import NamedTuple

import numpy as np

from refmem.algebra import bind, norm2, ones, recall, with_ones, zeros
from refmem.functions.layer_norm import layer_norm
from refmem.grammar.kinds import gain, key, query, rate, strength, value, weights
from refmem.grammar.ranges import Option
from refmem.memory import StateRule
from refmem.rules.regression._batches import ends, first_place, next_place
from refmem.rules.regression._normed import error, slope


class Learner(NamedTuple):
    """The layer where the batch began, its slopes since (..., V + 1, V), the next token's place."""

    start: np.ndarray
    slopes: np.ndarray
    place: np.ndarray


def step(state, q, k, v, eta, tau, weight, bias, batch, eps):
    start, slopes, place = state
    slopes = slopes + eta[..., None, None] * gradient(start, k, v, weight, bias, eps)
    learned = tau[..., None, None] * slopes
    out = q + layer_norm(recall(start - learned, with_ones(q)), weight, bias, eps)
    last = ends(place, 2)
    return Learner(start - last * learned, (1 - last) * slopes, next_place(place)), out


def gradient(W, k, v, weight, bias, eps):
    """The slope of the objective in W."""
    x = with_ones(k)
    return bind(x, slope(recall(W, x), k, v, weight, bias, eps))


def objective(W, k, v, weight, bias, eps):
    return norm2(error(recall(W, with_ones(k)), k, v, weight, bias, eps)) / 2


def untrained(x):
    """A layer of zeros, at the start of a batch."""
    W = zeros((*x.lead, x.V + 1, x.V), x.like)
    return Learner(W, W, first_place(x))


ttt_linear = StateRule(
    step,
    objective=objective,
    inputs={
        "q": query("T V"),
        "k": key("T V"),
        "v": value("T V"),
        "eta": rate("T", laws=(0, 0.25)),
        "tau": strength("T", cases=(1 / 4, 1 / 2, 1)),
        "weight": gain("V"),
        "bias": weights("V"),
    },
    defaults={
        "tau": lambda x, state: ones((x.T,), x.like),
        "weight": lambda x, state: ones((x.V,), x.like),
        "bias": lambda x, state: zeros((x.V,), x.like),
    },
    options={"batch": 16, "eps": Option(1e-6, laws=1 / 2, cases=1 / 16)},
    initial=untrained,
    scaled=(),
    uses=("sqrt",),
    exempt={"linear in v": "has a layer norm"},
    unasked={"one-value": "a layer norm of one channel is zero"},
)
