"""Attention with bounded memory control: slots that hold softmax-weighted means of all tokens.

    total[t]  = log(exp(total[t-1]) + exp(s[t]))                         of each slot
    alpha     = exp(total[t-1] - total[t])
    keys[t]   = alpha * keys[t-1]   + bind(exp(s[t] - total[t]), k[t])                    write
    values[t] = alpha * values[t-1] + bind(exp(s[t] - total[t]), v[t])
    o[t]      = recall(values[t], kernel(keys[t] q[t]))                  read, after the write

    q, k     (..., T, K)   queries and keys, used as given
    v        (..., T, V)   values
    s        (..., T, M)   score of the token for each slot, any number; M is the number of slots

    kernel   weighs the slots of a read: "softmax" over slots unless given, or any of refmem.kernels
    scale    multiplies q; 1 unless given (its published code: 1/sqrt(K))

    >>> q = k = np.array([[1.], [1.]])
    >>> abc(q, k, np.array([[1.], [3.]]), np.zeros((2, 2))).out[:, 0]
    array([1., 2.])

Every slot is the mean of all tokens with weights softmax(s) over the past, kept so that nothing is
exponentiated that is not at most 0. It is `gsa` with the alpha above. The state is (keys, values,
total); the empty one has a total of minus infinity. The general forms do not apply to a read that
goes through a kernel.
Source:    Peng et al. 2022, arXiv:2110.02488.
"""

from typing import NamedTuple

import numpy as np

from refmem.algebra import bind, exp, greater, log, recall, transposed, zeros
from refmem.kernels import softmax
from refmem.memory import StateRule


class Slots(NamedTuple):
    """Means of keys (..., M, K) and of values (..., M, V); log of all weight so far (..., M)."""

    keys: np.ndarray
    values: np.ndarray
    total: np.ndarray


def step(state, q, k, v, s, kernel):
    total = log_of_sum(state.total, s)
    kept, added = exp(state.total - total), exp(s - total)
    keys = kept[..., None] * state.keys + bind(added, k)
    values = kept[..., None] * state.values + bind(added, v)
    return Slots(keys, values, total), recall(values, slot_weights(keys, q, kernel))


def log_of_sum(x, y):
    """log(exp(x) + exp(y)), where y is not minus infinity."""
    top = greater(x, y)
    return top + log(exp(x - top) + exp(y - top))


def slot_weights(keys, q, kernel):
    """How much each slot counts for a query, (..., M)."""
    scores = recall(transposed(keys), q)
    return kernel.weights(scores[..., None, :], np.ones((1, scores.shape[-1]), bool))[..., 0, :]


def empty_slots(x):
    """Slots that no token has gone into."""
    keys, values = zeros((*x.lead, x.M, x.K), x.like), zeros((*x.lead, x.M, x.V), x.like)
    return Slots(keys, values, zeros((*x.lead, x.M), x.like) - float("inf"))


abc = StateRule(
    step,
    inputs={"s": "T M"},
    options={"kernel": softmax},
    initial=empty_slots,
)
