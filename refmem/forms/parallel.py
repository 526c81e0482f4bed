"""All tokens at once: no loop over time in the state.

What token t recalls for its erase, y[t] = recall(S[t-1], w[t]), depends on the writes before it,
so all y are one unit-lower-triangular solve; the reads are then masked scores. With S the state
before the first token, and every score and read decayed over the tokens between,

    y   = (I - scores(w, u))^-1 (w S + scores(w, k) v)
    out = q S + scores(q, u) y + scores(q, k) v
    S'  = S + u' y + k' v

Time T^2 (K + V), memory T^2. No division: a decay of exactly zero is exact.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from refmem.algebra import (
    bind,
    decayed_scores,
    diagonal,
    dot,
    products_after,
    products_before,
    transposed,
    unit_lower_solve,
)
from refmem.forms.columns import join_columns, split_columns
from refmem.memory import StateRule, Transition
from refmem.signature import Inputs
from refmem.states import stack


def run(rule: StateRule, x: Inputs, S: Any, chunk: int, keep: bool) -> tuple[np.ndarray, Any, Any]:
    """Outputs, the last state, and with `keep` the state after every token."""
    if x.T == 0:
        return np.zeros((*x.lead, 0, x.V), S.dtype), S, stack([], S, len(x.lead)) if keep else None
    assert rule.transition is not None
    m = rule.transition(**x.arguments)
    return join_columns(m, *run_transition(*split_columns(m, S), keep))


def run_transition(
    m: Transition, S: np.ndarray, keep: bool = False
) -> tuple[np.ndarray, np.ndarray, np.ndarray | None]:
    """The three lines above, for at least one token."""
    writes = [m.write]
    if m.erase is not None:
        u, w = m.erase
        k, v = m.write
        y = _seen_of_start(w, m.decay, after=False) @ S
        y = y + decayed_scores(w, k, m.decay, after=False) @ v
        writes.append((u, unit_lower_solve(-decayed_scores(w, u, m.decay, after=False), y)))
    after = not m.before
    out = _seen_of_start(m.read, m.decay, after=after) @ S
    for k, v in writes:
        scores = decayed_scores(m.read, k, m.decay, after=after)
        if after:
            scores = scores + diagonal(dot(m.read, k))
        out = out + scores @ v
    if m.bonus is not None:
        out = out + m.bonus
    states = _states(m, S, writes) if keep else None
    return out, _final_state(m, S, writes), states


def _seen_of_start(x: np.ndarray, decay: np.ndarray | None, *, after: bool) -> np.ndarray:
    """Queries that, asked of the state before the first token, see it decayed up to their time."""
    if decay is None:
        return x
    return x * (products_before(decay) * decay if after else products_before(decay))


Writes = list[tuple[np.ndarray, np.ndarray]]


def _final_state(m: Transition, S: np.ndarray, writes: Writes) -> np.ndarray:
    if m.decay is not None:
        S = S * np.multiply.reduce(m.decay, axis=-2)[..., None]
    for k, v in writes:
        last = k if m.decay is None else k * products_after(m.decay)
        S = S + transposed(last) @ v
    return S


def _states(m: Transition, S: np.ndarray, writes: Writes) -> np.ndarray:
    after = []
    for t in range(m.read.shape[-2]):
        if m.decay is not None:
            S = S * m.decay[..., t, :, None]
        for k, v in writes:
            S = S + bind(k[..., t, :], v[..., t, :])
        after.append(S)
    return np.stack(after, axis=-3)
