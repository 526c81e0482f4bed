"""Titans with a linear memory, the other way round: forget first, then learn from what is left.

    S'   = (1 - forget[t]) * S[t-1]                                      forget
    C[t] = eta[t] * C[t-1] - theta[t] * gradient of |v[t] - recall(S', k[t])|^2 in S'    momentum
    S[t] = S' + C[t]                                                     write
    o[t] = recall(S[t], q[t])                                            read, after the write

    q, k     (..., T, K)   queries and keys, used as given
    v        (..., T, V)   values
    forget   (..., T)      in [0, 1]: 0 keeps, 1 forgets everything (alpha in its source)
    eta      (..., T)      momentum factor: how much of the past surprise is left
    theta    (..., T)      learning rate: how much a surprise counts

    >>> q = k = np.array([[1., 0.], [1., 0.]])
    >>> quarter, half = np.array([0.25, 0.25]), np.array([0.5, 0.5])
    >>> titans_decayed_error(q, k, np.array([[1.], [3.]]), half, half, quarter).out[:, 0]
    array([0.5  , 1.875])

The error reads the decayed state. This is the reading under which Titans without momentum, eta = 0,
is `gated_delta` (alpha = 1 - forget, beta = 2 theta), as its source says it is; its equations read
the undecayed state, and so does `titans`. The state is (S, C).
Forms:     recurrent only: C is added to S whole, no diagonal and rank-one change.
Objective: |v - recall(S, k)|^2, without a factor of 1/2, as in its source.
Source:    after Behrouz et al. 2024, arXiv:2501.00663.
"""

from typing import NamedTuple

import numpy as np

from refmem.algebra import recall
from refmem.grammar.kinds import lost, momentum, rate
from refmem.memory import StateRule, empty_matrix
from refmem.rules.regression._titans import gradient, objective


class Learner(NamedTuple):
    """The memory (..., K, V) and its momentum (..., K, V)."""

    memory: np.ndarray
    momentum: np.ndarray


def step(state, q, k, v, forget, eta, theta):
    S, C = state
    S = (1 - forget)[..., None, None] * S
    C = eta[..., None, None] * C - theta[..., None, None] * gradient(S, k, v)
    S = S + C
    return Learner(S, C), recall(S, q)


titans_decayed_error = StateRule(
    step,
    objective=objective,
    inputs={"forget": lost("T"), "eta": momentum("T"), "theta": rate("T")},
    initial=lambda x: Learner(empty_matrix(x), empty_matrix(x)),
)
