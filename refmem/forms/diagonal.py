"""A memory that nothing is taken out of: every entry is a decaying sum of its own.

    S[t] = A[t] * S[t-1] + B[t]        (A2, B2) after (A1, B1) = (A2 * A1, A2 * B1 + B2)

The scan of entries instead of matrices: time T log T K V, memory T K V. Where nothing is forgotten
either, every A is one and the scan is a running sum.
"""

from __future__ import annotations

import numpy as np

from refmem.algebra import bind
from refmem.forms.states import read_all
from refmem.grammar.transition import Transition


def run_diagonal(m: Transition, S: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Outputs before `finish`, the last state, and the state after every token, of T >= 1."""
    states = bind(*m.write)
    if m.decay is None:
        states[..., 0, :, :] += S
        np.add.accumulate(states, axis=-3, out=states)
    else:
        _scan(m.decay if m.columns else m.decay[..., None], states, S)
    return read_all(m, S, states)


def _scan(decay: np.ndarray, states: np.ndarray, S: np.ndarray) -> None:
    """Make what every token writes into the states after it, in place, by doubling."""
    A, span = decay.copy(), 1
    while span < states.shape[-3]:
        later, earlier = slice(span, None), slice(None, -span)
        states[..., later, :, :] += A[..., later, :, :] * states[..., earlier, :, :]
        A[..., later, :, :] *= A[..., earlier, :, :].copy()
        span *= 2
    states += A * S[..., None, :, :]
