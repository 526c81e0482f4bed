"""A memory whose value columns decay differently is V memories of one column each."""

from __future__ import annotations

import numpy as np

from refmem.algebra import causal, dot, products_after, products_before, transposed, zeros
from refmem.forms.decay import mixed
from refmem.grammar.transition import Transition


def split_columns(m: Transition, S: np.ndarray) -> tuple[Transition, np.ndarray]:
    """The same transition with value columns as the last leading axis, and the state likewise."""
    if not m.columns:
        return m, S
    assert m.decay is not None
    k, v = m.write
    one_column = m._replace(
        read=_shared(m.read),
        write=(_shared(k), _own(v)),
        decay=np.moveaxis(m.decay, -1, -3),
        erase=None if m.erase is None else (_shared(m.erase[0]), _shared(m.erase[1])),
        bonus=None if m.bonus is None else _own(m.bonus),
        columns=False,
    )
    return one_column, _own(S)


def join_columns(
    m: Transition, out: np.ndarray, S: np.ndarray, states: np.ndarray | None
) -> tuple[np.ndarray, np.ndarray, np.ndarray | None]:
    """Undo `split_columns` on what a form returns: outputs, state, states after every token."""
    if not m.columns:
        return out, S, states
    joined = None if states is None else np.moveaxis(states[..., 0], -3, -1)
    return transposed(out[..., 0]), transposed(S[..., 0]), joined


def run_value_decay(m: Transition, S: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The parallel form where only the value side decays: all columns share their scores."""
    assert m.decay is not None
    (k, v), factors, T = m.write, m.decay[..., 0, :], m.read.shape[-2]
    seen = np.where(causal(T, T, strict=True), m.read @ transposed(k), zeros((1,), k))
    out = (m.read @ S) * products_before(factors) + mixed(seen, v, factors)
    if not m.before:
        out = out * factors + dot(m.read, k)[..., None] * v
    if m.bonus is not None:
        out = out + m.bonus
    S = S * np.multiply.reduce(factors, axis=-2)[..., None, :]
    return out, S + transposed(k) @ (v * products_after(factors))


def _shared(x: np.ndarray) -> np.ndarray:
    return x[..., None, :, :]


def _own(x: np.ndarray) -> np.ndarray:
    return transposed(x)[..., None]
