"""Momentum DeltaNet: the delta rule as gradient descent with momentum and forgetting.

    C[t] = mu[t] * C[t-1] + eta[t] * bind(k[t], v[t] - recall(S[t-1], p[t]))     momentum
    S[t] = alpha[t] * S[t-1] + beta[t] * C[t]                                    write
    o[t] = recall(S[t], q[t])                                            read, after the write

    q, k    (..., T, K)   queries and keys, used as given
    v       (..., T, V)   values
    alpha   (..., T)      factor in [0, 1]: 1 keeps, 0 forgets everything
    beta    (..., T)      how much of the momentum is written
    mu      (..., T)      momentum factor; 0 leaves plain gradient steps
    eta     (..., T)      how much of the error enters the momentum
    p       (..., T, K)   key that reads what is there; alpha * k if left out, as in its source

    >>> q = k = np.array([[1., 0.], [1., 0.]])
    >>> one, half = np.ones(2), np.full(2, 0.5)
    >>> gradient_momentum_delta(q, k, np.array([[1.], [3.]]), one, half, half, one).out[:, 0]
    array([0.5, 2. ])

With p = alpha k the error reads the decayed state, and mu = 0 is `gated_delta` with strength beta
eta; with p = k it reads the undecayed one. The source keeps -C. The state is (S, C).
Forms:     recurrent only: C is added to S whole, so a token is not a diagonal and a rank-one change
           of (S, C).
Objective: 1/2 |v - recall(S, k)|^2, whose gradients C adds up.
Source:    Huang et al. 2026, arXiv:2605.05838, and its published reference code.
"""

from typing import NamedTuple

import numpy as np

from refmem.algebra import bind, norm2, recall
from refmem.grammar.kinds import amount, factor, momentum, near_key, strength
from refmem.memory import StateRule, empty_matrix


class Momentum(NamedTuple):
    """The memory (..., K, V), and the sum of past corrections (..., K, V)."""

    memory: np.ndarray
    momentum: np.ndarray


def step(state, q, k, v, alpha, beta, mu, eta, p):
    S, C = state
    error = v - recall(S, p)
    C = mu[..., None, None] * C + bind(eta[..., None] * k, error)
    S = alpha[..., None, None] * S + beta[..., None, None] * C
    return Momentum(S, C), recall(S, q)


def objective(S, k, v):
    return norm2(v - recall(S, k)) / 2


gradient_momentum_delta = StateRule(
    step,
    objective=objective,
    inputs={
        "alpha": factor("T"),
        "beta": strength("T"),
        "mu": amount("T", logs=(-5 / 4, -3 / 4, -1 / 4)),
        "eta": momentum("T"),
        "p": near_key("T K", like="k"),
    },
    defaults={"p": lambda x, state: x.alpha[..., None] * x.k},
    initial=lambda x: Momentum(empty_matrix(x), empty_matrix(x)),
)
