"""Log-linear attention: a few memories of growing age, each with a weight of its own in the read.

    S = alpha[t] * S            of every level                           forget
    the full levels 0 .. l-1 are added to level l, the first one that is not full, and emptied
    S[0] = bind(k[t], v[t])                                              write
    o[t] = sum over l of levels[t, l] * recall(S[l], q[t])               read, after the write

    q, k     (..., T, K)   queries and keys, used as given
    v        (..., T, V)   values
    alpha    (..., T)      factor in [0, 1]: 1 keeps, 0 forgets everything
    levels   (..., T, L)   weight of each level: of the token itself, then of the 1, 2, 4, ...
                           tokens before it, as the digits of t say; L is how many there are

    >>> q, k = np.ones((4, 1)), np.ones((4, 1))
    >>> v, levels = np.array([[1.], [10.], [100.], [1000.]]), np.array([[1., 2., 3.]] * 4)
    >>> log_linear_attention(q, k, v, np.ones(4), levels).out[:, 0].astype(int)
    array([   1,   12,  133, 1233])

This is a Fenwick tree: at token t, counted from 0, level l > 0 holds 2^(l-1) tokens if digit l - 1
of t is 1, else none. The last level takes whatever is older, so any length runs with any L. With
levels all 1 it is `scalar_decay`. The state is (S of each level, which levels are full). The form
`levels_masked` has all tokens at once, each weighed by the level in which a later token finds it,
in memory T^2.
Forms:     recurrent and levels_masked only: the memories of a state are added to one another.
Source:    Guo et al. 2025, arXiv:2506.04761.
"""

from typing import NamedTuple

import numpy as np

from refmem.algebra import (
    bind,
    causal,
    causal_product,
    ones,
    products_after,
    products_before,
    recall,
    segment_products,
    sums_after,
    transposed,
    zeros,
)
from refmem.grammar.kinds import factor, strength
from refmem.grammar.state import stack
from refmem.memory import StateRule


class Levels(NamedTuple):
    """A memory for each level (..., L, K, V), and 1 for each that is full, else 0 (..., L)."""

    sums: np.ndarray
    full: np.ndarray


def step(state, q, k, v, alpha, levels):
    state = write(state, k, v, alpha)
    return state, recall((levels[..., None, None] * state.sums).sum(-3), q)


def write(state, k, v, alpha):
    """The levels after one token: carried as in a binary counter, then the token in level 0."""
    S, full = state
    moved, full = carry(full)
    *lead, L, K, V = S.shape
    S = (moved @ S.reshape(*lead, L, K * V)).reshape(S.shape)
    first = newest(L, k)[..., :, None, None]
    return Levels(alpha[..., None, None, None] * S + first * bind(k, v)[..., None, :, :], full)


def carry(full):
    """Which level goes where (..., L, L), and which are full once level 0 has been written."""
    L = full.shape[-1]
    all_below = products_before(full[..., None])[..., 0]
    takes = all_below * (1 - full)
    takes = np.concatenate([takes[..., :-1], all_below[..., -1:]], axis=-1)
    kept = 1 - sums_after(takes)
    below = np.where(np.tri(L, L, -1, dtype=bool), takes[..., :, None], zeros((1,), full))
    moved = np.where(np.eye(L, dtype=bool), kept[..., :, None], below)
    full = kept * full + takes * (1 - full)
    return moved, np.concatenate([full[..., :1] * 0 + 1, full[..., 1:]], axis=-1)


def newest(L, like):
    """The level of a new token, as a one-hot row (L,)."""
    return np.concatenate([ones((1,), like), zeros((L - 1,), like)])


def run_levels_masked(rule, x, state, chunk, keep):
    """All tokens at once; only the small matrices of who is in which level go token by token."""
    after, now = [], state
    for t in range(x.T if keep else 0):
        one = x.token(t)
        now = write(now, one["k"], one["v"], one["alpha"])
        after.append(now)
    states = stack(after, state, len(x.lead)) if keep else None
    if x.T == 0:
        return zeros((*x.lead, 0, x.V), x.like), state, states
    L, (S, full) = x.L, state
    weights, places, full = level_weights(x.levels, full)
    decay = x.alpha[..., None]
    since_start = products_before(decay) * decay
    old = since_start * weights[..., :L]
    scores = np.where(causal(x.T, x.T), x.q @ transposed(x.k), zeros((1,), x.k))
    scores = scores * segment_products(x.alpha) * weights[..., L:]
    of_old = sum(old[..., m, None] * (x.q @ S[..., m, :, :]) for m in range(L))
    out = causal_product(scores, x.v) + of_old
    kept = since_start[..., -1, None, :] * places[..., :L]
    *lead, K, V = S.shape
    S = (kept @ S.reshape(*lead, K * V)).reshape(S.shape)
    held = places[..., L:] * products_after(decay)[..., None, :, 0]
    S = S + transposed(x.k[..., None, :, :] * held[..., None]) @ x.v[..., None, :, :]
    return out, Levels(S, full), states


def level_weights(levels, full):
    """What each token's read weighs each level of the start and each token by (..., T, L + T).

    Also where each of those is in the end, (..., L, L + T), and which levels are full then.
    """
    *lead, T, L = levels.shape
    one = np.where(np.eye(L, dtype=bool), ones((1,), levels), zeros((1,), levels))
    places = np.broadcast_to(one, (*lead, L, L))
    token = np.broadcast_to(newest(L, levels)[:, None], (*lead, L, 1))
    weights = zeros((*lead, T, L + T), levels)
    for t in range(T):
        moved, full = carry(full)
        places = np.concatenate([moved @ places, token], axis=-1)
        weights[..., t, : L + t + 1] = (levels[..., t, None, :] @ places)[..., 0, :]
    return weights, places, full


def empty_levels(x):
    """No level holds anything."""
    return Levels(zeros((*x.lead, x.L, x.K, x.V), x.like), zeros((*x.lead, x.L), x.like))


log_linear_attention = StateRule(
    step,
    inputs={"alpha": factor("T"), "levels": strength("T L")},
    initial=empty_levels,
    own_forms={"levels_masked": run_levels_masked},
    unasked={"widest-heads": "nine memories of 128 by 128 for every token take seconds"},
)
