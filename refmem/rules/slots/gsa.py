"""Gated slot attention: a fixed number of slots, each a gated mean of keys and of values.

    keys[t]   = keys[t-1] * alpha[t]   + bind(k[t], s[t])                write, each slot its own:
    values[t] = alpha[t] * values[t-1] + bind(s[t], v[t])                a column, then a row
    o[t]      = recall(values[t], kernel(recall(keys[t], q[t])))         read, after the write

    q, k     (..., T, K)   queries and keys, used as given
    v        (..., T, V)   values
    alpha    (..., T, M)   factor in [0, 1] of each slot; M is the number of slots
    s        (..., T, M)   how much of the token goes into each slot; 1 - alpha if left out

    kernel   weighs the slots of a read: "softmax" over slots unless given, or any other in
             `functions.kernels`
    scale    multiplies q, before the kernel; 1 unless given (its published code: 1/sqrt(K))

    >>> q = k = np.array([[1.], [1.]])
    >>> v, alpha = np.array([[1.], [3.]]), np.array([[0.5, 0.], [0.5, 1.]])
    >>> gsa(q, k, v, alpha, kernel="linear").out[:, 0]
    array([1.25  , 2.3125])

The state is (keys, values), (..., K, M) and (..., M, V): a `value_gated` memory and then a `gla`
memory, whose channels are slots, read with what the first recalls. A form runs one after the
other, and gradients go back the other way.
Source:    Zhang et al. 2024, arXiv:2409.07146.
"""

from typing import NamedTuple

import numpy as np

from refmem.algebra import bind, recall, zeros
from refmem.functions.kernels import softmax
from refmem.grammar.kinds import factor, number
from refmem.memory import StateRule, Transition


class Slots(NamedTuple):
    """What each slot holds of keys (..., K, M) and of values (..., M, V)."""

    keys: np.ndarray
    values: np.ndarray


def step(state, q, k, v, alpha, s, kernel):
    keys = state.keys * alpha[..., None, :] + bind(k, s)
    values = alpha[..., :, None] * state.values + bind(s, v)
    return Slots(keys, values), recall(values, kernel.weights_of_all(recall(keys, q)))


def keys_of_slots(q, k, v, alpha, s, kernel):
    return Transition(read=q, write=(k, s), decay=alpha[..., None, :], columns=True)


def values_of_slots(scores, q, k, v, alpha, s, kernel):
    return Transition(read=kernel.weights_of_all(scores), write=(s, v), decay=alpha)


def empty_slots(x):
    """Slots of zeros."""
    return Slots(zeros((*x.lead, x.K, x.M), x.like), zeros((*x.lead, x.M, x.V), x.like))


gsa = StateRule(
    step,
    inputs={"alpha": factor("T M"), "s": number("T M")},
    defaults={"s": lambda x, state: 1 - x.alpha},
    options={"kernel": softmax},
    initial=empty_slots,
    relay={"scores": keys_of_slots, "out": values_of_slots},
)
