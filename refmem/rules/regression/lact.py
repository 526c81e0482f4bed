"""LaCT: a gated layer that learns once for every large chunk of tokens, and is asked before.

    g = k[t] W0        u = k[t] W2        f(k) = (silu(g) * u) W1        the memory
    o[t] = f(q[t])     with the weights before the chunk of token t      read, before the write
    after the last token of a chunk, with slopes summed over its tokens t,                write
        D1 = m D1 + sum of rate1[t] * bind(silu(g) * u, v[t])
        D2 = m D2 + sum of rate2[t] * bind(k[t], silu(g) * (W1 v[t]))
        D0 = m D0 + sum of rate0[t] * bind(k[t], silu'(g) * u * (W1 v[t]))
        W  = W + D, its columns scaled to the lengths of those of w, for each of the three

    q, k       (..., T, K)   queries and keys, used as given
    v          (..., T, V)   values
    rate0      (..., T)      learning rate of W0
    rate1      (..., T)      learning rate of W1
    rate2      (..., T)      learning rate of W2
    w0         (..., K, M)   gate before the first token, which its source learns
    w1         (..., M, V)   output layer before the first token, likewise
    w2         (..., K, M)   input layer before the first token, likewise
    momentum   (..., T)      m is its mean over a chunk; 0 if left out

    batch                    tokens a chunk, 2048 unless given
    eps                      added to a length before dividing by it; 1e-5 unless given

    >>> q = k = np.array([[1.], [1.]])
    >>> v, w, one = np.array([[1.], [3.]]), np.array([[2.]]), np.ones(2)
    >>> lact(q, k, v, one, one, one, w, w, -w, batch=1).out[:, 0].round(3)
    array([-7.046,  0.954])

A token never sees what its own chunk taught. The source can also turn D into a nearly orthogonal
step, by the iteration of `atlas` with five sets of coefficients in a row that are not those there;
here D is used as it is. The state is (W0, W1, W2, D0, D1, D2, the sums of the chunk so far, the
mean momentum so far, which token of its chunk comes next as a one-hot row).
Forms:     recurrent only: the layer is not linear.
Objective: -rate <f(k), v>, gradients taken at the start of the chunk.
Source:    Zhang et al. 2025, arXiv:2505.23884, and its published code.
"""

from typing import NamedTuple

import numpy as np

from refmem.algebra import bind, dot, recall, sqrt, transposed, zeros
from refmem.functions.activations import silu
from refmem.grammar.kinds import first_weights, momentum, rate
from refmem.grammar.ranges import Option
from refmem.memory import StateRule
from refmem.rules.regression._batches import ends, first_place, next_place


class Learner(NamedTuple):
    """Weights, their last change, their slopes in this chunk; mean momentum; the next place."""

    W0: np.ndarray
    W1: np.ndarray
    W2: np.ndarray
    D0: np.ndarray
    D1: np.ndarray
    D2: np.ndarray
    slope0: np.ndarray
    slope1: np.ndarray
    slope2: np.ndarray
    momentum: np.ndarray
    place: np.ndarray


def step(state, q, k, v, rate0, rate1, rate2, w0, w1, w2, momentum, batch, eps):
    weights, changes, slopes = state[:3], state[3:6], state[6:9]
    out = recall_through(*weights, q)
    rates = (x[..., None, None] for x in (rate0, rate1, rate2))
    of_token = gradient(*weights, k, v)
    slopes = [s - rate * g for s, rate, g in zip(slopes, rates, of_token, strict=True)]
    mean = state.momentum + momentum[..., None] / batch
    last, kept = ends(state.place, 2), 1 - ends(state.place, 1)
    learned = [s + mean[..., None] * D for s, D in zip(slopes, changes, strict=True)]
    moved = [
        W + last * (rescaled(W + D, w, eps) - W)
        for W, D, w in zip(weights, learned, (w0, w1, w2), strict=True)
    ]
    changes = [D + last * (new - D) for D, new in zip(changes, learned, strict=True)]
    slopes = [(1 - last) * s for s in slopes]
    return Learner(*moved, *changes, *slopes, kept * mean, next_place(state.place)), out


def recall_through(W0, W1, W2, x):
    """What the gated layer makes of x."""
    return recall(W1, silu.value(recall(W0, x)) * recall(W2, x))


def gradient(W0, W1, W2, k, v):
    """The slopes in W0, W1 and W2 of the objective with rate = 1."""
    gate, into = recall(W0, k), recall(W2, k)
    active, wanted = silu.value(gate), recall(transposed(W1), v)
    return (
        bind(k, -silu.slope(gate) * into * wanted),
        bind(active * into, -v),
        bind(k, -active * wanted),
    )


def rescaled(W, w, eps):
    """W with its columns as long as those of w."""
    return W / (lengths(W) + eps) * lengths(w)


def lengths(W):
    """Of the columns, (..., 1, columns)."""
    return sqrt((W * W).sum(-2, keepdims=True))


def objective(W0, W1, W2, k, v):
    return -dot(recall_through(W0, W1, W2, k), v)


def untrained(x):
    """The weights that were given, at the start of a chunk."""
    weights = (x.w0, x.w1, x.w2)
    none = [zeros(w.shape, x.like) for w in weights]
    return Learner(*weights, *none, *none, zeros((*x.lead, 1), x.like), first_place(x))


lact = StateRule(
    step,
    objective=objective,
    inputs={
        "rate0": rate("T"),
        "rate1": rate("T"),
        "rate2": rate("T"),
        "w0": first_weights("K M"),
        "w1": first_weights("M V"),
        "w2": first_weights("K M"),
        "momentum": momentum("T"),
    },
    defaults={"momentum": lambda x, state: zeros((x.T,), x.like)},
    options={"batch": Option(2048, laws=2, cases=16), "eps": 1e-5},
    initial=untrained,
    scaled=(),
    uses=("exp", "sqrt"),
    exempt={"linear in v": "sets the lengths of its weights"},
)
