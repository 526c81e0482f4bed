"""Preconditioned KDA: channels whose keys were large lately are written more gently.

    moment[t] = fade[t] * moment[t-1] + weight[t] * k[t]^2               of each key channel
    excess    = log(moment[t] + eps) - center
    w         = k[t] * base^(-excess / (1 + |excess|))                   the key that writes
    S'        = alpha[t] * S[t-1]                                        forget
    S[t]      = S' + beta[t] * bind(w, v[t] - recall(S', k[t]))          write
    o[t]      = recall(S[t], q[t])                                       read, after the write

    q, k     (..., T, K)   queries and keys, used as given (its source: of norm 1)
    v        (..., T, V)   values
    alpha    (..., T, K)   factor in [0, 1] of each key channel
    beta     (..., T)      write strength
    fade     (..., T)      factor in [0, 1] by which the moment fades
    weight   (..., T)      how much the token's key counts in the moment, at least 0
    center   (...)         log of the moment at which keys are left as they are; -0.2 if left out

    base                   keys are written at most so many times larger or smaller, 1.5 times
                           unless given
    eps                    added to the moment under the logarithm; 1e-6 unless given

    >>> q = k = np.array([[1.], [1.]])
    >>> alpha, half, one = np.ones((2, 1)), np.array([0.5, 0.5]), np.ones(2)
    >>> x = q, k, np.array([[1.], [3.]]), alpha, half, one, one, 0.
    >>> preconditioned_kda(*x, base=4., eps=0.).out[:, 0]
    array([0.5       , 1.20865744])

The error reads the decayed state, and with k itself. With base = 1 it is `kda`. The state is (S,
moment). It has only the recurrent form: the moment is no part of a memory linear in its state.
Source:    arXiv:2604.21100, and flash-linear-attention's precond_kda.
"""

from typing import NamedTuple

import numpy as np

from refmem.algebra import absolute, bind, exp, log, ones, recall, zeros
from refmem.memory import StateRule, empty_matrix


class Preconditioned(NamedTuple):
    """The memory (..., K, V), and the second moment of each key channel (..., K)."""

    memory: np.ndarray
    moment: np.ndarray


def step(state, q, k, v, alpha, beta, fade, weight, center, base, eps):
    S, moment = state
    moment = fade[..., None] * moment + weight[..., None] * k * k
    writes = k * gentleness(moment, center, base, eps)
    S = alpha[..., :, None] * S
    S = S + bind(beta[..., None] * writes, v - recall(S, k))
    return Preconditioned(S, moment), recall(S, q)


def gentleness(moment, center, base, eps):
    """A factor between 1/base and base for each key channel: smaller for a larger moment."""
    excess = log(moment + eps) - center[..., None]
    return exp(-log(ones((1,), moment) * base) * excess / (1 + absolute(excess)))


preconditioned_kda = StateRule(
    step,
    inputs={"alpha": "T K", "beta": "T", "fade": "T", "weight": "T", "center": ""},
    defaults={"center": lambda x, state: np.asarray(ones((), x.like) * -0.2)},
    options={"base": 1.5, "eps": 1e-6},
    initial=lambda x: Preconditioned(empty_matrix(x), zeros((*x.lead, x.K), x.like)),
)
