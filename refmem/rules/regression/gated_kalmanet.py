"""Gated KalmaNet: ridge regression of a fading past, whose ridge grows with what was seen.

    H[t] = alpha[t] * H[t-1] + bind(k[t], k[t])                          write
    G[t] = alpha[t] * G[t-1] + bind(k[t], v[t])
    x    = (H[t] + ratio |H[t]| I)^-1 q[t]                               |H| of all its entries
    o[t] = recall(G[t], q[t] + mix[t] * (x - q[t]))                      read, after the write

    q, k    (..., T, K)   queries and keys, used as given (its source: of norm 1)
    v       (..., T, V)   values
    alpha   (..., T)      factor in [0, 1]: 1 keeps, 0 forgets everything
    mix     (..., T)      0 reads as linear attention does, 1 as regression; 1 if left out
    ratio   (...)         ridge over the size of H, more than 0; 0.02 if left out

    iterations            None solves exactly; else steps of Chebyshev iteration after a first, of
                          which the source takes 30

    >>> q = k = np.array([[1.], [1.]])
    >>> gated_kalmanet(q, k, np.array([[1.], [3.]]), np.ones(2), ratio=0.25).out[:, 0]
    array([0.8, 1.6])

The state is (H, G). Solved exactly and with mix = 1, it is `mesa` with beta = 1 and lam =
ratio |H[t]| at every token. The matrix has its eigenvalues between ratio |H| and (1 + ratio) |H|,
so n iterations err by at most |x| / cosh((n + 1) arccosh(1 + 2 ratio)), whatever H is: by 3e-4 of x
as published. Where H is zero the ridge is 1.
Forms:     recurrent only: the read is no linear function of the state.
Source:    Peng et al. 2025, arXiv:2511.21016, and flash-linear-attention's fused_recurrent_gka.
Proof:     derivations/forms/chebyshev.py
"""

import numpy as np

from refmem.algebra import bind, diagonal, ones, recall, solve, sqrt
from refmem.grammar.kinds import factor, ridge, strength
from refmem.grammar.ranges import Option
from refmem.memory import StateRule
from refmem.rules.regression._moments import Moments, no_pairs


def step(state, q, k, v, alpha, mix, ratio, iterations):
    H, G = state = write(state, k, v, alpha)
    if iterations is None:
        least = (ratio * size(H, ratio))[..., None] * ones(H.shape[-1:], H)
        x = solve(H + diagonal(least), q[..., None])[..., 0]
    else:
        x = chebyshev(H, q, ratio, iterations)
    return state, recall(G, q + mix[..., None] * (x - q))


def write(state, k, v, alpha):
    """Both moments after one token."""
    alpha = alpha[..., None, None]
    return Moments(alpha * state.keys + bind(k, k), alpha * state.values + bind(k, v))


def size(H, ratio):
    """The root of the sum of all squared entries (...), of zeros what makes the ridge 1."""
    length = sqrt((H * H).sum((-2, -1)))
    return np.where(np.asarray(length == 0, dtype=bool), 1 / ratio, length)


def chebyshev(H, q, ratio, iterations):
    """x with (H + ratio |H| I) x = q, nearly: Chebyshev iteration from a first step along q.

    Eigenvalues are `between` apart and 1 + 2 ratio times half of that in the middle. The weights of
    the steps depend on this ratio alone.
    """
    between, ratio = size(H, ratio)[..., None], ratio[..., None]
    stride, weight = 2 / (between * (1 + 2 * ratio)), 2
    before, x = 0 * q, stride * q
    for _ in range(iterations):
        weight = 1 / (1 - weight / (4 * (1 + 2 * ratio) * (1 + 2 * ratio)))
        residual = q - recall(H, x) - ratio * between * x
        before, x = x, weight * (x + stride * residual) + (1 - weight) * before
    return x


gated_kalmanet = StateRule(
    step,
    inputs={
        "alpha": factor("T"),
        "mix": strength("T", least=0, most=1, why="it is the share of regression in the read"),
        "ratio": ridge("", cases=(1 / 8, 1 / 4, 1 / 2)),
    },
    defaults={
        "mix": lambda x, state: ones((x.T,), x.like),
        "ratio": lambda x, state: ones((), x.like) / 50,
    },
    options={"iterations": Option(None, least=0, whole=True, laws=2)},
    initial=no_pairs,
    uses=("/", "sqrt"),
)
