"""TTT-MLP: a layer with one hidden layer that learns at test time to undo a corruption.

    h     = recall(B1, [k[t], 1])                   B1, B2 are W1, W2 at the start of the batch
    z     = recall(B2, [act(h), 1])
    d2[t] = eta[t] * the slope in z of |layer_norm(z) - (v[t] - k[t])|^2 / 2
    d1[t] = act'(h) * (B2 d2[t])                    without the last row of B2, its bias
    W1[t] = B1 - tau[t] * sum over i <= t in the batch of bind([k[i], 1], d1[i])          write
    W2[t] = B2 - tau[t] * sum over i <= t in the batch of bind([act(h[i]), 1], d2[i])
    o[t]  = q[t] + layer_norm(recall(W2, [act(recall(W1, [q[t], 1])), 1]))    read, after the write

    q, k     (..., T, V)   queries and keys, as wide as values
    v        (..., T, V)   values
    eta      (..., T)      learning rate of a token
    w1       (..., V, M)   first layer before the first token, which its source learns
    b1       (..., M)      its bias
    w2       (..., M, V)   second layer before the first token, likewise
    b2       (..., V)      its bias
    tau      (..., T)      how much of the batch so far is learned (its source: 1/place in the
                           batch, and a learned correction); 1 if left out
    weight   (..., V)      of the layer norm; 1 if left out
    bias     (..., V)      of the layer norm; 0 if left out

    batch                  tokens a batch, 16 unless given
    eps                    of the layer norm, under its root; 1e-6 unless given
    activation             "gelu_tanh" unless given, or any of `functions.activations`

    >>> q = k = np.array([[0., 1.], [0., 1.]])
    >>> v, eta, w1, w2 = np.eye(2), np.array([0.5, 0.5]), np.ones((2, 1)), np.ones((1, 2))
    >>> ttt_mlp(q, k, v, eta, w1, np.zeros(1), w2, np.zeros(2), batch=1, eps=1.).out.round(3)
    array([[0.649, 0.351],
           [0.467, 0.533]])

The last row of W1 (V + 1, M) and of W2 (M + 1, V) is a bias. The memory is x + layer_norm(MLP(x)),
trained to give v for k. The state is (B1, B2, the two sums above, which token of its batch comes
next as a one-hot row).
Forms:     recurrent only: the layer is not linear.
Objective: |layer_norm(MLP(k)) - (v - k)|^2 / 2, gradients taken where the batch began.
Source:    Sun et al. 2024, arXiv:2407.04620, and its published code.
"""

from typing import NamedTuple

import numpy as np

from refmem.algebra import bind, norm2, ones, recall, transposed, with_ones, zeros
from refmem.functions.activations import gelu_tanh
from refmem.functions.layer_norm import layer_norm
from refmem.grammar.kinds import first_weights, gain, key, query, rate, strength, value, weights
from refmem.grammar.ranges import Option
from refmem.memory import StateRule
from refmem.rules.regression._batches import ends, first_place, next_place
from refmem.rules.regression._normed import error, slope


class Learner(NamedTuple):
    """Both layers where the batch began, their slopes since, and the next token's place."""

    start1: np.ndarray
    start2: np.ndarray
    slopes1: np.ndarray
    slopes2: np.ndarray
    place: np.ndarray


def step(
    state, q, k, v, eta, w1, b1, w2, b2, tau, weight, bias, batch, eps, activation
):  # w1, b1, w2, b2 are where the memory starts
    start1, start2, slopes1, slopes2, place = state
    slope1, slope2 = gradient(start1, start2, k, v, weight, bias, eps, activation)
    eta, tau, last = eta[..., None, None], tau[..., None, None], ends(place, 2)
    slopes1, slopes2 = slopes1 + eta * slope1, slopes2 + eta * slope2
    learned1, learned2 = tau * slopes1, tau * slopes2
    answer = recall_through(start1 - learned1, start2 - learned2, q, activation)
    state = Learner(
        start1 - last * learned1,
        start2 - last * learned2,
        (1 - last) * slopes1,
        (1 - last) * slopes2,
        next_place(place),
    )
    return state, q + layer_norm(answer, weight, bias, eps)


def recall_through(W1, W2, x, activation):
    """What the two layers make of x, before the norm."""
    return recall(W2, with_ones(activation.value(recall(W1, with_ones(x)))))


def gradient(W1, W2, k, v, weight, bias, eps, activation):
    """The slopes of the objective in W1 and W2."""
    hidden = recall(W1, with_ones(k))
    active = with_ones(activation.value(hidden))
    d2 = slope(recall(W2, active), k, v, weight, bias, eps)
    d1 = activation.slope(hidden) * recall(transposed(W2[..., :-1, :]), d2)
    return bind(with_ones(k), d1), bind(active, d2)


def objective(W1, W2, k, v, weight, bias, eps, activation):
    return norm2(error(recall_through(W1, W2, k, activation), k, v, weight, bias, eps)) / 2


def untrained(x):
    """The layers that were given, with their biases as last rows, at the start of a batch."""
    W1 = np.concatenate([x.w1, x.b1[..., None, :]], axis=-2)
    W2 = np.concatenate([x.w2, x.b2[..., None, :]], axis=-2)
    return Learner(W1, W2, zeros(W1.shape, x.like), zeros(W2.shape, x.like), first_place(x))


ttt_mlp = StateRule(
    step,
    objective=objective,
    inputs={
        "q": query("T V"),
        "k": key("T V"),
        "v": value("T V"),
        "eta": rate("T", laws=(0, 0.25)),
        "w1": first_weights("V M"),
        "b1": first_weights("M"),
        "w2": first_weights("M V"),
        "b2": first_weights("V"),
        "tau": strength("T", cases=(1 / 4, 1 / 2, 1)),
        "weight": gain("V"),
        "bias": weights("V"),
    },
    defaults={
        "tau": lambda x, state: ones((x.T,), x.like),
        "weight": lambda x, state: ones((x.V,), x.like),
        "bias": lambda x, state: zeros((x.V,), x.like),
    },
    options={"batch": 16, "eps": Option(1e-6, laws=1 / 2, cases=1 / 16), "activation": gelu_tanh},
    initial=untrained,
    scaled=(),
    uses=("sqrt",),
    exempt={"linear in v": "has a layer norm"},
    unasked={"one-value": "a layer norm of one channel is zero"},
)
