"""Value-gated memory: every value channel forgets by a factor of its own, then add.

    S[t] = S[t-1] * alpha[t] + bind(k[t], v[t])          write; alpha multiplies the columns of S
    o[t] = recall(S[t], q[t])                            read, after the write

    q, k    (..., T, K)   queries and keys, used as given
    v       (..., T, V)   values
    alpha   (..., T, V)   factor in [0, 1] of each value channel

    >>> q = k = np.array([[1.], [1.]])
    >>> v = np.array([[1., 1.], [3., 3.]])
    >>> value_gated(q, k, v, np.array([[1., 1.], [0.5, 0.]])).out
    array([[1. , 1. ],
           [3.5, 3. ]])

The source writes memories as (V, K), so its diag(lambda) from the left is this gate; the gate of
key channels is `gla`.
Objective: -<recall(S, k), v> + sum over c of (1 - alpha[c])/2 |S[:, c]|^2, one gradient step from
           S[t-1].
Source:    Zhong et al. 2025, arXiv:2505.19488 (its gated linear attention).
"""

from refmem.algebra import bind, dot, recall
from refmem.grammar.kinds import factor
from refmem.memory import StateRule, Transition


def step(S, q, k, v, alpha):
    S = S * alpha[..., None, :] + bind(k, v)
    return S, recall(S, q)


def transition(q, k, v, alpha):
    return Transition(read=q, write=(k, v), decay=alpha[..., None, :], columns=True)


def objective(S, k, v, alpha):
    return dot(1 - alpha, (S * S).sum(-2)) / 2 - dot(recall(S, k), v)


value_gated = StateRule(step, transition, objective, inputs={"alpha": factor("T V")})
