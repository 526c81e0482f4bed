"""Delta rule with momentum on what is written: pairs are written again and again, ever weaker.

    C[t] = eta[t] * C[t-1] + bind(k[t], v[t])                            momentum
    S[t] = S[t-1] - bind(k[t], recall(S[t-1], k[t])) + C[t]              write
    o[t] = recall(S[t], q[t])                                            read, after the write

    q, k   (..., T, K)   queries and keys, used as given
    v      (..., T, V)   values
    eta    (..., T)      momentum factor: 0 is `delta` with beta = 1

    >>> q = k = np.array([[1., 0.], [1., 0.]])
    >>> momentum_delta(q, k, np.array([[1.], [3.]]), np.array([0.5, 0.5])).out[:, 0]
    array([1. , 3.5])

Only what is put in has momentum, not what is taken out; `gradient_momentum_delta` has it on the
whole error. The state is (S, C).
Forms:     recurrent only: C is added to S whole, so a token is not a diagonal and a rank-one change
           of (S, C).
Objective: |recall(S, k)|^2 / 2 - <S, C>, one gradient step from S[t-1].
Source:    Zhong et al. 2025, arXiv:2505.19488.
"""

from typing import NamedTuple

import numpy as np

from refmem.algebra import bind, norm2, recall
from refmem.grammar.kinds import momentum
from refmem.memory import StateRule, empty_matrix


class Momentum(NamedTuple):
    """The memory (..., K, V), and what is still being written (..., K, V)."""

    memory: np.ndarray
    momentum: np.ndarray


def step(state, q, k, v, eta):
    S, C = state
    C = eta[..., None, None] * C + bind(k, v)
    S = S - bind(k, recall(S, k)) + C
    return Momentum(S, C), recall(S, q)


def objective(S, k, C):
    return norm2(recall(S, k)) / 2 - (S * C).sum((-2, -1))


momentum_delta = StateRule(
    step,
    objective=objective,
    inputs={"eta": momentum("T")},
    initial=lambda x: Momentum(empty_matrix(x), empty_matrix(x)),
    unasked={"one-key": "a unit key of one channel is 1 or -1"},
)
