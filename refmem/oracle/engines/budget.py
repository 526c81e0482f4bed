"""How far an engine's numbers may be from the definition's, however it was called.

A broken contract mixes up tokens or requests, which moves results by about their own size; rounding
moves them by a few units in the last place. So one generous budget is enough between the two:

    allowed = 8 * (relative error of the definition in the engine's dtype) * (size of the array)

over a sequence of 64 tokens. Whether the kernel is as exact as it should be, `refmem check` says
without `--serving`.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from refmem.oracle.engines.answers import Answer
from refmem.oracle.engines.stream import Stream
from refmem.oracle.targets.engine import leaves
from refmem.oracle.verdict.budget import unit_in_last_place

FACTOR = 8
"""An engine may sum in another order, and its state is rounded after every call."""

FLIPS = 2
"""Units by which a state in few bits may differ: rounding may take a number that lies between two
to either, if it differs by as little as a float does."""

TOKENS = 64


class Scale(NamedTuple):
    """What is allowed of one array: relative to its size, which is at least `size`."""

    relative: float
    size: float

    def allowed(self, truth: np.ndarray) -> float:
        """The largest difference from what should be there."""
        return self.relative * max(self.size, float(np.abs(truth).max(initial=0)))


class Budget(NamedTuple):
    """What is allowed of outputs, and of each array of a state in order."""

    out: Scale
    state: tuple[Scale, ...]

    def equal(self, got: Answer, want: Answer) -> bool:
        """Whether everything that lies in slots is as it should be, up to rounding."""
        return got.slots.keys() == want.slots.keys() and all(
            len(one) == len(other) and all(map(self.near, self.state, one, other))
            for one, other in zip(got.slots.values(), want.slots.values(), strict=True)
        )

    @staticmethod
    def near(scale: Scale, got: np.ndarray, want: np.ndarray) -> bool:
        """Whether an array is as it should be, up to rounding; NaN is where it should be."""
        return got.shape == want.shape and not far(scale, got, want).any()


def far(scale: Scale, got: np.ndarray, want: np.ndarray) -> np.ndarray:
    """Which entries are further from what they should be than is allowed."""
    got = got.astype(np.float64)
    finite = want[np.isfinite(want)]
    with np.errstate(invalid="ignore"):
        near = (abs(got - want) <= scale.allowed(finite)) | (got == want)
    return ~(near | (np.isnan(got) & np.isnan(want)))


def budget_of(take: Stream) -> Budget:
    """The budget of an engine of the stream's memory, in its dtype."""
    inputs = take(TOKENS)
    exact = take.memory(**{name: x.astype(np.float64) for name, x in inputs.items()})
    arithmetic = np.promote_types(take.dtype, np.float32)
    rounded = take.memory(**{name: x.astype(arithmetic) for name, x in inputs.items()})
    unit = unit_in_last_place(take.dtype)
    unit = max(unit, FLIPS * take.unit / FACTOR)
    pairs = zip(leaves(rounded.state), leaves(exact.state), strict=True)
    return Budget(
        _scale(rounded.out, exact.out, unit), tuple(_scale(*pair, unit) for pair in pairs)
    )


def _scale(rounded: np.ndarray, exact: np.ndarray, unit: float) -> Scale:
    size = float(np.abs(exact).max(initial=0))
    error = float(np.abs(rounded - exact).max(initial=0)) / size if size else 0.0
    return Scale(FACTOR * max(error, unit), size)
