"""A token may take several steps and be read once, after its last."""

from __future__ import annotations

import numpy as np

from refmem.grammar.transition import Transition


def last_steps(
    m: Transition, out: np.ndarray, S: np.ndarray, states: np.ndarray | None
) -> tuple[np.ndarray, np.ndarray, np.ndarray | None]:
    """Keep of what a form returns for every step that of each token's last."""
    if m.micro == 1:
        return out, S, states
    last = slice(m.micro - 1, None, m.micro)
    return out[..., last, :], S, None if states is None else states[..., last, :, :]
