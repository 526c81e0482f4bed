"""All tokens at once: no loop over time in the state.

What token t recalls for its erase, y[t] = recall(S[t-1], w[t]), depends on the writes before it,
so all y are one unit-lower-triangular solve; the reads are then masked scores. With S the state
before the first token, and every score and read decayed over the tokens between,

    y   = (I - scores(w, u))^-1 (w S + scores(w, k) v)
    out = q S + scores(q, u) y + scores(q, k) v
    S'  = S + u' y + k' v

Where u = -k, as in the delta rule, the two writes are one of what was corrected, c = v - y:

    c   = (I + scores(w, k))^-1 (v - w S)
    out = q S + scores(q, k) c
    S'  = S + k' c

Time T^2 (K + V), memory T^2. No division: a decay of exactly zero is exact. Where every entry
decays by itself, columns share no scores, and all states are made at once: `diagonal.py`.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from refmem.algebra import bind, causal_product, dot, transposed, unit_lower_solve
from refmem.forms import decay
from refmem.forms.columns import join_columns, run_value_decay, split_columns
from refmem.forms.diagonal import run_diagonal
from refmem.forms.form import Linear
from refmem.forms.micro import last_steps
from refmem.grammar.inputs import Inputs
from refmem.grammar.state import stack
from refmem.grammar.transition import Transition


def run(rule: Linear, x: Inputs, S: Any, chunk: int, keep: bool) -> tuple[np.ndarray, Any, Any]:
    """Outputs, the last state, and with `keep` the state after every token."""
    if x.T == 0:
        return np.zeros((*x.lead, 0, x.V), S.dtype), S, stack([], S, len(x.lead)) if keep else None
    assert rule.transition is not None
    m = rule.transition(**x.arguments)
    out, S, states = _run_steps(m, S, keep)
    return last_steps(m, m.finished(out), S, states)


def _run_steps(m: Transition, S: np.ndarray, keep: bool) -> tuple[np.ndarray, Any, Any]:
    """Every step, in the way that suits how entries decay."""
    if m.columns and m.decay is not None and m.erase is None:
        if m.decay.shape[-2] > 1:
            out, last, after = run_diagonal(m, S)
            return out, last.copy(), after if keep else None
        if not keep:
            return *run_value_decay(m, S), None
    return join_columns(m, *run_transition(*split_columns(m, S), keep))


def run_transition(
    m: Transition, S: np.ndarray, keep: bool = False
) -> tuple[np.ndarray, np.ndarray, np.ndarray | None]:
    """The three lines above, for at least one token.

    A read after the write is a read before it by a decayed query, plus the token's own write.
    """
    query = m.read if m.before or m.decay is None else m.read * m.decay
    (k, v), (u, w) = m.write, m.erase or (None, None)
    asked = _stack(query, w)
    put = _stack(k, None if m.corrects else u)
    recalled = decay.from_start(asked, _for_each(m.decay)) @ S[..., None, :, :]
    seen = decay.scores(asked[..., :, None, :, :], put[..., None, :, :, :], _for_each(m.decay, 2))
    writes = [(k, v)]
    if m.corrects:
        writes = [(k, unit_lower_solve(seen[..., 1, 0, :, :], v - recalled[..., 1, :, :]))]
    elif u is not None:
        y = recalled[..., 1, :, :] + causal_product(seen[..., 1, 0, :, :], v)
        writes.append((u, unit_lower_solve(-seen[..., 1, 1, :, :], y)))
    out = recalled[..., 0, :, :]
    for n, (_, value) in enumerate(writes):
        out = out + causal_product(seen[..., 0, n, :, :], value)
    if not m.before:
        for key, value in writes:
            out = out + dot(m.read, key)[..., None] * value
    if m.bonus is not None:
        out = out + m.bonus
    states = _states(m, S, writes) if keep else None
    S = decay.whole(S, m.decay)
    for key, value in writes:
        S = S + transposed(decay.to_end(key, m.decay)) @ value
    return out, S, states


def _stack(one: np.ndarray, other: np.ndarray | None) -> np.ndarray:
    """One or two arrays (..., T, K) along a new axis before time."""
    return np.stack([one] if other is None else [one, other], axis=-3)


def _for_each(factors: np.ndarray | None, axes: int = 1) -> np.ndarray | None:
    """The factors with axes before time, to broadcast over several queries and writes at once."""
    return None if factors is None else np.expand_dims(factors, tuple(range(-2 - axes, -2)))


Writes = list[tuple[np.ndarray, np.ndarray]]


def _states(m: Transition, S: np.ndarray, writes: Writes) -> np.ndarray:
    after = []
    for t in range(m.read.shape[-2]):
        if m.decay is not None:
            S = S * m.decay[..., t, :, None]
        for k, v in writes:
            S = S + bind(k[..., t, :], v[..., t, :])
        after.append(S)
    return np.stack(after, axis=-3)
