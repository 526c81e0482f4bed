"""RWKV-6: gated linear attention read before the write, the current token through a bonus.

    o[t] = recall(S[t-1] + bind(u * k[t], v[t]), q[t])   read, before the write and the decay
    S[t] = alpha[t] * S[t-1] + bind(k[t], v[t])          write; alpha multiplies the rows of S

    q, k    (..., T, K)   queries (the source's receptance r) and keys, used as given
    v       (..., T, V)   values
    alpha   (..., T, K)   factor in [0, 1] of each key channel (the source's exp(-exp(w)))
    u       (..., K)      weight of each key channel for the token itself

    >>> q = k = np.array([[1., 1.], [1., 1.]])
    >>> alpha = np.array([[1., 1.], [0.5, 0.]])
    >>> rwkv6(q, k, np.array([[1.], [3.]]), alpha, np.array([1., 0.])).out[:, 0]
    array([1., 5.])

The token's own decay does not touch its read: it sees S[t-1] as the token before left it.
Objective: -<recall(S, k), v> + sum over c of (1 - alpha[c])/2 |S[c, :]|^2, one gradient step from
           S[t-1].
Source:    Peng et al. 2024, arXiv:2404.05892.
"""

from refmem.algebra import bind, dot, norm2, recall
from refmem.grammar.kinds import factor, number
from refmem.memory import StateRule, Transition


def step(S, q, k, v, alpha, u):
    out = recall(S + bind(u * k, v), q)
    return alpha[..., :, None] * S + bind(k, v), out


def transition(q, k, v, alpha, u):
    bonus = dot(q, u[..., None, :] * k)[..., None] * v
    return Transition(read=q, write=(k, v), decay=alpha, before=True, bonus=bonus)


def objective(S, k, v, alpha):
    return dot(1 - alpha, norm2(S)) / 2 - dot(recall(S, k), v)


rwkv6 = StateRule(step, transition, objective, inputs={"alpha": factor("T K"), "u": number("K")})
