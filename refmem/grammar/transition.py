"""What every rule that is linear in its state says of itself: its tokens as maps of the memory."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np

from refmem.algebra import bind, recall


class Transition(NamedTuple):
    """What T tokens do to a memory that is linear in its state. For token t,

        S[t] = decay[t] * S[t-1] + bind(u[t], recall(S[t-1], w[t])) + bind(k[t], v[t])
        o[t] = recall(S[t], read[t]) + bonus[t]

    read     (..., T, K)             what is asked
    write    k (..., T, K), v (..., T, V)
    decay    (..., T, 1 or K)        a factor per head or per key channel; None keeps everything
    erase    u, w (..., T, K)        what is added back (u) of what is recalled (w), or None
    corrects u is -k: a write is bind(k, v - recall(S[t-1], w)), and forms may share its scores
    before   the read sees S[t-1], not S[t]
    bonus    (..., T, V)             what reaches the output without passing through the memory
    columns  decay is (..., T, 1 or K, V): each value column is a memory with a decay of its own
    micro    steps a token: T counts steps here, and only the read of each token's last is kept
    finish   what is done to all o (..., T, V) at last, such as dividing by a normaliser, or None
    """

    read: np.ndarray
    write: tuple[np.ndarray, np.ndarray]
    decay: np.ndarray | None = None
    erase: tuple[np.ndarray, np.ndarray] | None = None
    before: bool = False
    bonus: np.ndarray | None = None
    columns: bool = False
    corrects: bool = False
    micro: int = 1
    finish: Callable[[np.ndarray], np.ndarray] | None = None

    @classmethod
    def correcting(
        cls, read: np.ndarray, k: np.ndarray, v: np.ndarray, w: np.ndarray, **others: Any
    ) -> Transition:
        """The delta family: what `w` recalls is taken out of the value that `k` writes."""
        return cls(read=read, write=(k, v), erase=(-k, w), corrects=True, **others)

    def step(self, S: np.ndarray, t: int) -> tuple[np.ndarray, np.ndarray]:
        """Apply token t to a memory (..., K, V): the two lines above, for each of its steps."""
        for row in range(t * self.micro, (t + 1) * self.micro):
            S, out = self._apply(S, row)
        return S, self.finished(out)

    def _apply(self, S: np.ndarray, t: int) -> tuple[np.ndarray, np.ndarray]:
        k, v = self.write
        new = S
        if self.decay is not None:
            new = S * (self.decay[..., t, :, :] if self.columns else self.decay[..., t, :, None])
        if self.erase is not None:
            u, w = self.erase
            new = new + bind(u[..., t, :], recall(S, w[..., t, :]))
        new = new + bind(k[..., t, :], v[..., t, :])
        out = recall(S if self.before else new, self.read[..., t, :])
        return new, out if self.bonus is None else out + self.bonus[..., t, :]

    def finished(self, out: np.ndarray) -> np.ndarray:
        """What a form's reads (..., V) become as outputs."""
        return out if self.finish is None else self.finish(out)
