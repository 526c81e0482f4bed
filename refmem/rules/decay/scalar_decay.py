"""Scalar decay: forget by one data-dependent factor per head, then add.

    S[t] = alpha[t] * S[t-1] + bind(k[t], v[t])          write
    o[t] = recall(S[t], q[t])                            read, after the write

    q, k    (..., T, K)   queries and keys, used as given
    v       (..., T, V)   values
    alpha   (..., T)      factor in [0, 1]: 1 keeps, 0 forgets everything

    >>> q = k = np.array([[1., 0.], [1., 0.]])
    >>> scalar_decay(q, k, np.array([[1.], [3.]]), np.array([1., 0.5])).out[:, 0]
    array([1. , 3.5])

Also known as simple GLA; the memory inside Mamba-2.
Objective: -<recall(S, k), v> + (1 - alpha)/2 |S|^2, one gradient step from S[t-1].
Source:    Dao and Gu 2024 (Mamba-2), arXiv:2405.21060.
"""

from refmem.algebra import bind, dot, recall
from refmem.grammar.kinds import factor
from refmem.memory import StateRule, Transition


def step(S, q, k, v, alpha):
    S = alpha[..., None, None] * S + bind(k, v)
    return S, recall(S, q)


def transition(q, k, v, alpha):
    return Transition(read=q, write=(k, v), decay=alpha[..., None])


def objective(S, k, v, alpha):
    return (1 - alpha) / 2 * (S * S).sum((-2, -1)) - dot(recall(S, k), v)


scalar_decay = StateRule(step, transition, objective, inputs={"alpha": factor("T")})
