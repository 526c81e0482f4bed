"""HGRN2: gated linear attention that writes exactly what it forgets.

    S[t] = alpha[t] * S[t-1] + bind(1 - alpha[t], v[t])     write; alpha multiplies the rows of S
    o[t] = recall(S[t], q[t])                               read, after the write

    q       (..., T, K)   queries (the source's output gate)
    v       (..., T, V)   values (the source's input i)
    alpha   (..., T, K)   factor in [0, 1] of each key channel (the source's forget gate)

    >>> q, alpha = np.ones((2, 2)), np.array([[0.5, 0.], [0.5, 1.]])
    >>> hgrn2(q, np.array([[1.], [3.]]), alpha).out[:, 0]
    array([1.5 , 2.75])

It is `gla` with k = 1 - alpha, so every row of S is a moving average of the values.
Objective: -<recall(S, k), v> + sum over c of (1 - alpha[c])/2 |S[c, :]|^2 with k = 1 - alpha, one
           gradient step from S[t-1].
Source:    Qin et al. 2024, arXiv:2404.07904.
"""

from refmem.algebra import bind, dot, norm2, recall
from refmem.grammar.kinds import factor
from refmem.memory import StateRule, Transition


def step(S, q, v, alpha):
    S = alpha[..., :, None] * S + bind(1 - alpha, v)
    return S, recall(S, q)


def transition(q, v, alpha):
    return Transition(read=q, write=(1 - alpha, v), decay=alpha)


def objective(S, v, alpha):
    return dot(1 - alpha, norm2(S)) / 2 - dot(recall(S, 1 - alpha), v)


hgrn2 = StateRule(step, transition, objective, inputs={"alpha": factor("T K")}, standard=("q", "v"))
