"""Mamba-3: a step of time writes both of its ends, the token before once more and the token itself.

    S'   = S[t-1] + (1 - lam[t]) dt[t] * bind(B[t-1], x[t-1])             the step's beginning
    S[t] = exp(dt[t] A[t]) * S' + lam[t] dt[t] * bind(B[t], x[t])         and its end
    y[t] = recall(S[t], C[t]) + D x[t]                                    read, after the write

    x     (..., T, V)   what is stored
    dt    (..., T)      length of the step, at least 0 (after the source's bias and softplus)
    A     (..., T)      rate, at most 0 (the source's -softplus)
    B     (..., T, K)   keys
    C     (..., T, K)   queries
    lam   (..., T)      share of the step's end in [0, 1] (the source's sigmoid): 1 is `mamba2`,
                        1/2 the trapezoidal rule
    D     (...)         how much of x goes around the memory; none if left out

    >>> B = C = np.array([[1., 0.], [1., 0.]])
    >>> x, one, half = np.array([[1.], [3.]]), np.ones(2), np.array([0.5, 0.5])
    >>> mamba3(x, one, np.log([0.25, 0.25]), B, C, half).out[:, 0]
    array([0.5 , 1.75])

It is `scalar_decay` on two rows a token, read after the second: `both_ends`. The source turns B and
C by a running angle before all this, which is refmem.rotary(B, angles, "neighbours") with
np.cumsum(dt[..., None] * np.pi * np.tanh(w), axis=-2) for angles, and the next call goes on from
the last of them. Its ranks above 1 (MIMO) are not here. The state is (last, memory): B and x of the
token before side by side, (..., 1, K + V), and S: two memories, the second written with what the
first recalls.
Source:    Lahoti et al. 2026, arXiv:2603.15569, and mamba_ssm's mamba3_siso_step_ref.
"""

from typing import NamedTuple

import numpy as np

from refmem.algebra import bind, exp, interleave, ones, recall, repeat_rows, zeros
from refmem.grammar.kinds import decay_rate, key, number, query, step_size, strength
from refmem.memory import StateRule, Transition, empty_matrix


class Trapezoid(NamedTuple):
    """The last token's key and value (..., 1, K + V), and the memory (..., K, V)."""

    last: np.ndarray
    memory: np.ndarray


def step(state, x, dt, A, B, C, lam, D=None):
    K, before = B.shape[-1], state.last[..., 0, :]
    start, end = ((1 - lam) * dt)[..., None], (lam * dt)[..., None]
    S = state.memory + bind(start * before[..., :K], before[..., K:])
    S = exp(dt * A)[..., None, None] * S + bind(end * B, x)
    y = recall(S, C)
    return Trapezoid(side_by_side(B, x)[..., None, :], S), y if D is None else y + D[..., None] * x


def side_by_side(B, x):
    """Keys and values of the same tokens as rows (..., K + V)."""
    return np.concatenate([B, x], axis=-1)


def token_before(x, B, **others):
    """A memory of one row, which every token replaces and reads before that."""
    one = ones((*B.shape[:-1], 1), B)
    return Transition(one, (one, side_by_side(B, x)), decay=0 * one, before=True)


def both_ends(before, x, dt, A, B, C, lam, D=None):
    """Two rows a token: the token before, which fades with the memory, and the token itself."""
    K, alpha = B.shape[-1], exp(dt * A)[..., None]
    start, end = ((1 - lam) * dt)[..., None], (lam * dt)[..., None]
    return Transition(
        read=repeat_rows(C, 2),
        write=(
            interleave(alpha * start * before[..., :K], end * B),
            interleave(before[..., K:], x),
        ),
        decay=interleave(alpha, 0 * alpha + 1),
        bonus=None if D is None else repeat_rows(D[..., None, None] * x, 2),
        micro=2,
    )


def nothing_before(x):
    """Zeros."""
    return Trapezoid(zeros((*x.lead, 1, x.K + x.V), x.like), empty_matrix(x))


mamba3 = StateRule(
    step,
    inputs={
        "x": number("T V"),
        "dt": step_size("T"),
        "A": decay_rate("T"),
        "B": key("T K"),
        "C": query("T K"),
        "lam": strength("T", least=0, most=1, why="it is the share of a step's end"),
        "D": number(""),
    },
    defaults={"D": None},
    initial=nothing_before,
    relay={"before": token_before, "out": both_ends},
    standard=(),
    uses=("exp",),
)
