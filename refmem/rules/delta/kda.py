"""Kimi Delta Attention: every key channel forgets by its own factor, then correct.

    S'   = alpha[t] * S[t-1]                                 forget; alpha multiplies the rows of S
    S[t] = S' + beta[t] * bind(k[t], v[t] - recall(S', k[t]))            write
    o[t] = recall(S[t], q[t])                                            read, after the write

    q, k    (..., T, K)   queries and keys, used as given
    v       (..., T, V)   values
    alpha   (..., T, K)   factor in [0, 1] of each key channel
    beta    (..., T)      write strength

    >>> q = k = np.array([[1., 1.], [1., 1.]])
    >>> alpha, beta = np.array([[1., 1.], [0.5, 0.]]), np.array([0.5, 0.5])
    >>> kda(q, k, np.array([[1.], [3.]]), alpha, beta).out[:, 0]
    array([1., 3.])

The error reads the decayed state.
Objective: beta/2 |v - recall(S, k)|^2, one gradient step from the decayed state.
Source:    Kimi Team 2025, arXiv:2510.26692.
"""

from refmem.algebra import bind, norm2, recall
from refmem.grammar.kinds import factor, strength
from refmem.memory import StateRule, Transition


def step(S, q, k, v, alpha, beta):
    S = alpha[..., :, None] * S
    error = v - recall(S, k)
    S = S + bind(beta[..., None] * k, error)
    return S, recall(S, q)


def transition(q, k, v, alpha, beta):
    return Transition.correcting(q, beta[..., None] * k, v, alpha * k, decay=alpha)


def objective(S, k, v, beta):
    return beta / 2 * norm2(v - recall(S, k))


kda = StateRule(step, transition, objective, inputs={"alpha": factor("T K"), "beta": strength("T")})
