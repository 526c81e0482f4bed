"""Diagonal Kalman: the delta rule with a gain that knows how sure every key channel is by itself.

    p'   = alpha[t]^2 * p[t-1] + drift[t]                                unsure, after forgetting
    g    = p' * k[t] / (sum of p' * k[t]^2 + noise[t])                   gain
    S'   = alpha[t] * S[t-1]                                             forget
    S[t] = S' + bind(g, v[t] - recall(S', k[t]))                         write
    p[t] = 1 / (1/p' + share * k[t]^2 / noise[t])
    o[t] = recall(S[t], q[t])                                            read, after the write

    q, k    (..., T, K)   queries and keys, used as given
    v       (..., T, V)   values
    alpha   (..., T)      factor in [0, 1] by which the memory fades
    drift   (..., T, K)   process noise: variance that each key channel gains, at least 0
    noise   (..., T)      observation noise: variance of a value, more than 0
    share   (...)         how much of what a value tells is credited to each channel, at least 0;
                          1 if left out

    >>> q = k = np.array([[1., 0.], [1., 0.]])
    >>> one, none = np.ones(2), np.zeros((2, 2))
    >>> diagonal_kalman(q, k, np.array([[1.], [3.]]), one, none, one).out[:, 0]
    array([0.5       , 1.33333333])

The state is (S, p); the empty one is sure of nothing, S = 0 and p = 1. It is `kalman_delta` with a
covariance that is kept diagonal: the same with one key channel, or where every key has one channel
that is not zero; else all channels of a key are credited with the whole of its value. With p = 1
before every token it is `implicit_delta` with beta = 1/noise.
Forms:     recurrent only: p is a quotient of itself.
Source:    Kalman Delta Networks 2026, arXiv:2609.07816.
"""

from typing import NamedTuple

import numpy as np

from refmem.algebra import bind, ones, recall
from refmem.grammar.kinds import ABOVE_ZERO, factor, strength, variance
from refmem.memory import StateRule, empty_matrix


class DiagonalBelief(NamedTuple):
    """The mean of the memory (..., K, V), and the variance of each key channel (..., K)."""

    mean: np.ndarray
    variance: np.ndarray


def step(state, q, k, v, alpha, drift, noise, share):
    S, p = state
    alpha, noise = alpha[..., None], noise[..., None]
    S, p = alpha[..., None] * S, alpha * alpha * p + drift
    unsure = p * k
    gain = unsure / ((k * unsure).sum(-1, keepdims=True) + noise)
    S = S + bind(gain, v - recall(S, k))
    p = p * noise / (noise + share[..., None] * unsure * k)
    return DiagonalBelief(S, p), recall(S, q)


def unit_belief(x):
    """Nothing is known: zero, with a variance of one for every channel."""
    return DiagonalBelief(empty_matrix(x), ones((*x.lead, x.K), x.like))


diagonal_kalman = StateRule(
    step,
    inputs={
        "alpha": factor("T"),
        "drift": variance("T K"),
        "noise": variance(
            "T",
            least=ABOVE_ZERO,
            why="it is a variance that divides",
            laws=(0.5, 2),
            cases=(1 / 2, 1, 2),
        ),
        "share": strength(
            "", least=0, why="a value never tells less than nothing", cases=(4, 8, 16)
        ),
    },
    defaults={"share": lambda x, state: ones((), x.like)},
    initial=unit_belief,
    uses=("/",),
)
