"""Omega rule: learn at every token from the last few tokens together, not from one alone.

    S[t] = alpha[t] * S[t-1] - eta[t] * sum over the last c tokens i of gamma[t, i] *
           gradient of |v[i] - recall(S[t-1], k[i])|^2 in S[t-1]         write
    o[t] = recall(S[t], q[t])                                            read, after the write

    q, k     (..., T, K)   queries and keys, used as given
    v        (..., T, V)   values
    alpha    (..., T)      factor in [0, 1]: 1 keeps, 0 forgets everything
    eta      (..., T)      learning rate
    gamma    (..., T, C)   in [0, 1]: how much each of the last C tokens counts, the oldest
                           first and token t last; C is the length of the window

    >>> q = k = np.array([[1., 0.], [1., 0.]])
    >>> one, quarter = np.ones(2), np.array([0.25, 0.25])
    >>> omega(q, k, np.array([[1.], [3.]]), one, quarter, np.ones((2, 2))).out[:, 0]
    array([0.5, 2. ])

The error reads the undecayed state. With C = 1 it is `comba` with beta = 2 eta gamma and p = k. The
source takes polynomial features of q and k first; here they are used as given. The state is (S, the
last C keys, their values); the empty one has keys of zero, from which nothing is learned.
Forms:     recurrent only: a token corrects C keys at once, which is no rank-one change.
Objective: sum over the window of gamma |v - recall(S, k)|^2, one gradient step from S[t-1].
Source:    Behrouz et al. 2025, arXiv:2505.23735.
"""

from typing import NamedTuple

import numpy as np

from refmem.algebra import recall
from refmem.grammar.kinds import factor, rate, strength
from refmem.memory import StateRule, empty_matrix
from refmem.rules.regression._windows import empty_window, gradient, moved_on, objective


class Windowed(NamedTuple):
    """The memory, and the last C keys (..., C, K) and values (..., C, V)."""

    memory: np.ndarray
    keys: np.ndarray
    values: np.ndarray


def step(state, q, k, v, alpha, eta, gamma):
    S = state.memory
    keys, values = moved_on(state.keys, k), moved_on(state.values, v)
    slope = gradient(S, keys, values, gamma)
    S = alpha[..., None, None] * S - eta[..., None, None] * slope
    return Windowed(S, keys, values), recall(S, q)


def untrained(x):
    """Zeros, and a window of keys of zero."""
    return Windowed(empty_matrix(x), *empty_window(x))


omega = StateRule(
    step,
    objective=objective,
    inputs={
        "alpha": factor("T"),
        "eta": rate("T"),
        "gamma": strength("T C", least=0, most=1, why="it weighs an error"),
    },
    initial=untrained,
)
