"""Gated DeltaProduct: forget once, then several delta steps, and one read after the last of them.

    S = alpha[t] * S                                                   forget, once a token
    for j in 0 .. n-1:
        S = S + beta[t, j] * bind(k[t, j], v[t, j] - recall(S, k[t, j]))   write
    o[t] = recall(S, q[t])                                             read, after the last

    q      (..., T, K)     queries, one a token
    k      (..., n*T, K)   keys: n rows per token, those of one token together, used as given
    v      (..., n*T, V)   values, likewise
    alpha  (..., T)        factor in [0, 1]: 1 keeps, 0 forgets everything
    beta   (..., n*T)      write strength, n rows per token

    n      steps a token, 2 unless given

    >>> q, k = np.array([[1., 0.], [1., 0.]]), np.array([[1., 0.]] * 4)
    >>> v, beta = np.array([[1.], [3.], [1.], [3.]]), np.array([0.5, 0.5, 0.5, 0.5])
    >>> gated_delta_product(q, k, v, np.array([0.5, 0.]), beta).out[:, 0]
    array([1.75, 1.75])

The error reads the decayed state. With n = 1 it is `gated_delta`, with alpha = 1 `delta_product`.
Objective: beta/2 |v - recall(S, k)|^2, one gradient step for each of the n rows in turn.
Source:    Siems et al. 2025, arXiv:2502.10297.
"""

import numpy as np

from refmem.algebra import bind, norm2, ones, recall, repeat_rows
from refmem.grammar.kinds import factor, key, strength, value
from refmem.memory import StateRule, Transition


def step(S, q, k, v, alpha, beta, n):
    S = alpha[..., None, None] * S
    for j in range(n):
        error = v[..., j, :] - recall(S, k[..., j, :])
        S = S + bind(beta[..., j, None] * k[..., j, :], error)
    return S, recall(S, q)


def transition(q, k, v, alpha, beta, n):
    first_step_forgets = forget_once(alpha, n)
    return Transition.correcting(
        repeat_rows(q, n),
        beta[..., None] * k,
        v,
        first_step_forgets * k,
        decay=first_step_forgets,
        micro=n,
    )


def forget_once(alpha, n):
    """The factor of every step, (..., n*T, 1): alpha for a token's first, 1 for the others."""
    kept = ones((*alpha.shape, n - 1), alpha)
    every = np.concatenate([alpha[..., None], kept], -1)
    return every.reshape(*alpha.shape[:-1], n * alpha.shape[-1], 1)


def objective(S, k, v, beta):
    return beta / 2 * norm2(v - recall(S, k))


gated_delta_product = StateRule(
    step,
    transition,
    objective,
    inputs={"k": key("n*T K"), "v": value("n*T V"), "alpha": factor("T"), "beta": strength("n*T")},
    options={"n": 2},
    exempt={"objective": "takes a step for each of the n rows of a token in turn"},
)
