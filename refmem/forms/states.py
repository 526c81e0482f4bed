"""From the state after every token: the state before each, and what is read."""

from __future__ import annotations

import numpy as np

from refmem.algebra import recall
from refmem.grammar.transition import Transition


def before_each(S: np.ndarray, states: np.ndarray) -> np.ndarray:
    """The state before every token, from that before the first and those after each."""
    first = np.broadcast_to(S[..., None, :, :], states[..., :1, :, :].shape)
    return np.concatenate([first, states[..., :-1, :, :]], axis=-3)


def read_all(
    m: Transition, S: np.ndarray, states: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Outputs before `finish`, the last state, and the states after every token, of T >= 1."""
    out = recall(before_each(S, states) if m.before else states, m.read)
    return out if m.bonus is None else out + m.bonus, states[..., -1, :, :], states
