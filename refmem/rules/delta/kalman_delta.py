"""Kalman delta rule: the delta rule whose write strength is what an exact Kalman filter would use.

    P'   = alpha[t]^2 P[t-1] + diag(drift[t])                            unsure, after forgetting
    g    = P' k[t] / (k[t] . P' k[t] + noise[t])                         gain
    S'   = alpha[t] * S[t-1]                                             forget
    S[t] = S' + bind(g, v[t] - recall(S', k[t]))                         write
    P[t] = P' - bind(g, P' k[t])
    o[t] = recall(S[t], q[t])                                            read, after the write

    q, k    (..., T, K)   queries and keys, used as given
    v       (..., T, V)   values
    alpha   (..., T)      factor in [0, 1] by which the memory fades
    drift   (..., T, K)   process noise: variance that each key channel gains, at least 0
    noise   (..., T)      observation noise: variance of a value, more than 0

    >>> q = k = np.array([[1., 0.], [1., 0.]])
    >>> one, none = np.ones(2), np.zeros((2, 2))
    >>> kalman_delta(q, k, np.array([[1.], [3.]]), one, none, one).out[:, 0]
    array([0.5       , 1.33333333])

The state is (S, P); the empty one is sure of nothing, S = 0 and P = I. All value channels share P.
With no drift and alpha = 1 it is `least_squares` with ridge `noise`; with P = I before every token
it is `implicit_delta` with beta = 1/noise.
Forms:     recurrent only: P is quadratic in itself.
Objective: |S - S'|^2 in the metric of P' plus |v - recall(S, k)|^2 / noise, minimised exactly.
Source:    classical (Kalman 1960), for a memory whose value channels share P. Layers that begin
           from it are `gated_kalmanet`, `diagonal_kalman` and `kalman_attention`.
"""

from typing import NamedTuple

import numpy as np

from refmem.algebra import bind, diagonal, ones, recall
from refmem.grammar.kinds import ABOVE_ZERO, factor, variance
from refmem.memory import StateRule, empty_matrix


class Belief(NamedTuple):
    """The mean of the memory (..., K, V), and the covariance of each of its columns (..., K, K)."""

    mean: np.ndarray
    covariance: np.ndarray


def step(state, q, k, v, alpha, drift, noise):
    S, P = state
    alpha = alpha[..., None, None]
    S, P = alpha * S, alpha * alpha * P + diagonal(drift)
    unsure = recall(P, k)
    gain = unsure / ((k * unsure).sum(-1, keepdims=True) + noise[..., None])
    S = S + bind(gain, v - recall(S, k))
    return Belief(S, P - bind(gain, unsure)), recall(S, q)


def unit_belief(x):
    """Nothing is known: zero, with a variance of one in every direction."""
    return Belief(empty_matrix(x), diagonal(ones((*x.lead, x.K), x.like)))


kalman_delta = StateRule(
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
    },
    initial=unit_belief,
    uses=("/",),
)
