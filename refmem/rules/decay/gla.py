"""Gated linear attention: every key channel forgets by a factor of its own, then add.

    S[t] = alpha[t] * S[t-1] + bind(k[t], v[t])          write; alpha multiplies the rows of S
    o[t] = recall(S[t], q[t])                            read, after the write

    q, k    (..., T, K)   queries and keys, used as given
    v       (..., T, V)   values
    alpha   (..., T, K)   factor in [0, 1] of each key channel

    >>> q = k = np.array([[1., 1.], [1., 1.]])
    >>> gla(q, k, np.array([[1.], [3.]]), np.array([[1., 1.], [0.5, 0.]])).out[:, 0]
    array([2. , 6.5])

The gate of the memory's other side, its value channels, is `value_gated`. Layers with this memory
and a parametrisation of their own: LightNet (arXiv:2405.21022) has alpha = exp(z[t-1] - z[t]) and
exp(k - z) for k, z the running log-sum-exp of k; Rodimus (2410.06577) has alpha = exp(-tau g) and a
unit key times g^tau.
Objective: -<recall(S, k), v> + sum over c of (1 - alpha[c])/2 |S[c, :]|^2, one gradient step from
           S[t-1].
Source:    Yang et al. 2023, arXiv:2312.06635.
"""

from refmem.algebra import bind, dot, norm2, recall
from refmem.grammar.kinds import factor
from refmem.memory import StateRule, Transition


def step(S, q, k, v, alpha):
    S = alpha[..., :, None] * S + bind(k, v)
    return S, recall(S, q)


def transition(q, k, v, alpha):
    return Transition(read=q, write=(k, v), decay=alpha)


def objective(S, k, v, alpha):
    return dot(1 - alpha, norm2(S)) / 2 - dot(recall(S, k), v)


gla = StateRule(step, transition, objective, inputs={"alpha": factor("T K")})
