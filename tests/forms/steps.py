"""Memories that take several steps a token, as no rule of refmem has them: value columns or entries
that decay, and memories in a row."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from refmem.algebra import bind, recall, repeat_rows
from refmem.memory import StateRule, Transition, empty_matrix


def _step_of_columns(S, q, k, v, alpha, n):
    for j in range(n):
        S = S * alpha[..., j, None, :] + bind(k[..., j, :], v[..., j, :])
    return S, recall(S, q)


def _columns(q, k, v, alpha, n):
    decay = alpha[..., None, :]
    return Transition(repeat_rows(q, n), write=(k, v), decay=decay, columns=True, micro=n)


def _step_of_entries(S, q, k, v, alpha, n):
    for j in range(n):
        S = S * bind(k[..., j, :], alpha[..., j, :]) + bind(k[..., j, :], v[..., j, :])
    return S, recall(S, q)


def _entries(q, k, v, alpha, n):
    decay = bind(k, alpha)
    return Transition(repeat_rows(q, n), write=(k, v), decay=decay, columns=True, micro=n)


class Pair(NamedTuple):
    """A memory that fades, and one that is corrected, both (..., K, V)."""

    fading: np.ndarray
    corrected: np.ndarray


def _step_of_relay(state, q, k, v, alpha, n):
    """The second memory learns the values and what the first recalls once the token is over."""
    fading, y = _step_of_columns(state.fading, q, k, v, alpha, n)
    S = state.corrected
    for j in range(n):
        S = S + bind(k[..., j, :], y + v[..., j, :] - recall(S, k[..., j, :]))
    return Pair(fading, S), recall(S, q)


def _corrected(y, q, k, v, alpha, n):
    return Transition.correcting(repeat_rows(q, n), k, v + repeat_rows(y, n), k, micro=n)


def relay_of(links):
    """A relay of such memories."""
    start = lambda x: Pair(empty_matrix(x), empty_matrix(x))  # noqa: E731
    return StateRule(_step_of_relay, initial=start, relay=links, **COMMON)


COMMON = {"inputs": {"k": "n*T K", "v": "n*T V", "alpha": "n*T V"}, "options": {"n": 2}}
columns = StateRule(_step_of_columns, _columns, **COMMON)
entries = StateRule(_step_of_entries, _entries, **COMMON)
relay = relay_of({"y": _columns, "out": _corrected})
OF_STEPS = {"columns": columns, "entries": entries, "relay": relay}
