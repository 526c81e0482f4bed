"""Gated slot attention: a fixed number of slots, each a gated mean of keys and of values.

    keys[t]   = alpha[t] * keys[t-1]   + bind(s[t], k[t])           write, each slot its own
    values[t] = alpha[t] * values[t-1] + bind(s[t], v[t])
    o[t]      = recall(values[t], kernel(keys[t] q[t]))                  read, after the write

    q, k     (..., T, K)   queries and keys, used as given
    v        (..., T, V)   values
    alpha    (..., T, M)   factor in [0, 1] of each slot; M is the number of slots
    s        (..., T, M)   how much of the token goes into each slot; 1 - alpha if left out

    kernel   weighs the slots of a read: "softmax" over slots unless given, or any of refmem.kernels
    scale    multiplies q; 1 unless given (its published code: 1/sqrt(K))

    >>> q = k = np.array([[1.], [1.]])
    >>> v, alpha = np.array([[1.], [3.]]), np.array([[0.5, 0.], [0.5, 1.]])
    >>> gsa(q, k, v, alpha, kernel="linear").out[:, 0]
    array([1.25  , 2.3125])

The state is (keys, values), (..., M, K) and (..., M, V): two `gla` memories whose channels are
slots, the second read with what the first recalls. The general forms do not apply to a read that
goes through a kernel.
Source:    Zhang et al. 2024, arXiv:2409.07146.
"""

from typing import NamedTuple

import numpy as np

from refmem.algebra import bind, recall, transposed, zeros
from refmem.kernels import softmax
from refmem.memory import StateRule


class Slots(NamedTuple):
    """What each slot holds of keys (..., M, K) and of values (..., M, V)."""

    keys: np.ndarray
    values: np.ndarray


def step(state, q, k, v, alpha, s, kernel):
    kept = alpha[..., :, None]
    keys, values = kept * state.keys + bind(s, k), kept * state.values + bind(s, v)
    return Slots(keys, values), recall(values, slot_weights(keys, q, kernel))


def slot_weights(keys, q, kernel):
    """How much each slot counts for a query, (..., M)."""
    scores = recall(transposed(keys), q)
    return kernel.weights(scores[..., None, :], np.ones((1, scores.shape[-1]), bool))[..., 0, :]


def empty_slots(x):
    """Slots of zeros."""
    return Slots(zeros((*x.lead, x.M, x.K), x.like), zeros((*x.lead, x.M, x.V), x.like))


gsa = StateRule(
    step,
    inputs={"alpha": "T M", "s": "T M"},
    defaults={"s": lambda x, state: 1 - x.alpha},
    options={"kernel": softmax},
    initial=empty_slots,
)
