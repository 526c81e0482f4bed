"""Generalised delta rule: forget per channel, move what `a` recalls to `b`, then add.

    S[t] = alpha[t] * S[t-1] + bind(b[t], recall(S[t-1], a[t])) + bind(k[t], v[t])    write
    o[t] = recall(S[t], q[t])                                            read, after the write

    q, k    (..., T, K)   queries and keys, used as given
    v       (..., T, V)   values
    alpha   (..., T, K)   factor in [0, 1] of each key channel; multiplies the rows of S
    a       (..., T, K)   reads the state before it decays
    b       (..., T, K)   where what was read is added

    >>> q = k = a = np.array([[1., 0.], [1., 0.]])
    >>> alpha, b = np.ones((2, 2)), -0.5 * k
    >>> generalized_delta(q, k, np.array([[1.], [3.]]), alpha, a, b).out[:, 0]
    array([1. , 3.5])

Transitions of this form, diagonal plus low rank (DPLR), include every delta rule here: `kda` is
a = alpha * k, b = -beta k with values beta v. No objective: its transition need not be symmetric.
Source:    Peng et al. 2025 (RWKV-7), arXiv:2503.14456.
"""

from refmem.algebra import bind, recall
from refmem.grammar.kinds import erasing_key, factor, key
from refmem.memory import StateRule, Transition


def step(S, q, k, v, alpha, a, b):
    S = alpha[..., :, None] * S + bind(b, recall(S, a)) + bind(k, v)
    return S, recall(S, q)


def transition(q, k, v, alpha, a, b):
    return Transition(read=q, write=(k, v), decay=alpha, erase=(b, a))


generalized_delta = StateRule(
    step,
    transition,
    inputs={"alpha": factor("T K"), "a": key("T K", nan=False), "b": erasing_key("T K", like="a")},
)
