"""Kalman linear attention: every entry of the memory is a filter that knows how sure it is.

    fade    = alpha^2 + drift * sure[t-1]                                of each entry
    sure[t] = sure[t-1] / fade + bind(k[t]^2, precision[t])              write
    sum[t]  = alpha * sum[t-1] / fade + bind(k[t], precision[t] * v[t])
    o[t]    = recall(sum[t] / sure[t], q[t])                             read, after the write

    q, k        (..., T, K)   queries and keys, used as given (its source: of norm 1)
    v           (..., T, V)   values
    precision   (..., T, V)   one over the variance of a value, at least 0
    alpha       (..., K, V)   factor in [0, 1] by which the entry fades, the same for all tokens
    drift       (..., K, V)   process noise: variance that the entry gains, at least 0; not zero
                              where alpha is

    >>> q = k = np.array([[1., 0.], [1., 0.]])
    >>> v, one = np.array([[1.], [3.]]), np.ones((2, 1))
    >>> kalman_attention(q, k, v, one, one, 0 * one).out[:, 0]
    array([0.5       , 1.33333333])

The state is (sum, sure): mean times precision, and precision, (..., K, V) each; the empty one is 0
and 1. Entries are independent: each is told k v as if no other had a part in the value, so nothing
is taken out that another key wrote. With one key channel it is `kalman_delta`.
Forms:     recurrent only: what is sure is a quotient of itself.
Source:    Shaj et al. 2026, arXiv:2602.10743, and its code's kla_step.
"""

from typing import NamedTuple

import numpy as np

from refmem.algebra import bind, ones, recall
from refmem.grammar.kinds import fixed_factor, strength, variance
from refmem.memory import StateRule, empty_matrix


class Sure(NamedTuple):
    """Mean times precision, and precision, of every entry of the memory (..., K, V)."""

    sum: np.ndarray
    sure: np.ndarray


def step(state, q, k, v, precision, alpha, drift):
    fade = alpha * alpha + drift * state.sure
    sure = state.sure / fade + bind(k * k, precision)
    total = alpha * state.sum / fade + bind(k, precision * v)
    return Sure(total, sure), recall(total / sure, q)


def unit_variance(x):
    """Nothing is known: zero, with a variance of one for every entry."""
    return Sure(empty_matrix(x), ones((*x.lead, x.K, x.V), x.like))


kalman_attention = StateRule(
    step,
    inputs={
        "precision": strength("T V", least=0, why="it is one over a variance", cases=(1 / 2, 1, 2)),
        "alpha": fixed_factor("K V"),
        "drift": variance("K V"),
    },
    initial=unit_variance,
    uses=("/",),
)
