"""Retention: forget by a fixed factor per head, then add.

    S[t] = gamma * S[t-1] + bind(k[t], v[t])             write
    o[t] = recall(S[t], q[t])                            read, after the write

    q, k    (..., T, K)   queries and keys, used as given
    v       (..., T, V)   values
    gamma   (...)         factor in [0, 1] of each head, the last leading axis;
                          1 - 2^(-5 - h) for head h = 0, 1, ... if left out

    >>> q = k = np.array([[1., 0.], [1., 0.]])
    >>> retention(q, k, np.array([[1.], [3.]]), 0.5).out[:, 0]
    array([1. , 3.5])

Objective: -<recall(S, k), v> + (1 - gamma)/2 |S|^2, one gradient step from S[t-1].
Source:    Sun et al. 2023 (RetNet), arXiv:2307.08621.
"""

import numpy as np

from refmem.algebra import bind, dot, ones, recall
from refmem.grammar.kinds import fixed_factor
from refmem.memory import StateRule, Transition


def step(S, q, k, v, gamma):
    S = gamma[..., None, None] * S + bind(k, v)
    return S, recall(S, q)


def transition(q, k, v, gamma):
    each_token = np.broadcast_to(gamma[..., None, None], (*q.shape[:-1], 1))
    return Transition(read=q, write=(k, v), decay=each_token)


def objective(S, k, v, gamma):
    return (1 - gamma) / 2 * (S * S).sum((-2, -1)) - dot(recall(S, k), v)


def head_factors(x, state):
    """1 - 2^(-5 - h) for head h along the last leading axis."""
    halvings = 2 ** (5 + np.arange(x.lead[-1] if x.lead else 1))
    one = ones(halvings.shape, x.like)
    factors = one - one / halvings.astype(one.dtype)
    return factors if x.lead else factors[0:1].reshape(())


retention = StateRule(
    step,
    transition,
    objective,
    inputs={"gamma": fixed_factor("")},
    defaults={"gamma": head_factors},
)
