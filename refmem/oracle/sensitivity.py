"""A case that could not tell right from wrong is refused.

Every input is turned into its opposite, one at a time, and the truth must move by much more than
the budget; an input that need not matter in a regime (keys, where beta is zero) is named by it. The
truth must also not be tiny beside the values, nor constant: then zeros or a constant might pass.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from refmem.oracle.metrics import measure

if TYPE_CHECKING:
    from refmem.oracle.cases import Case

MARGIN = 16
"""How many budgets the truth must move by."""

TINY = 2.0**-10
"""The truth is tiny if its RMS is less than this times the RMS of what made it."""


FACTORS = ("alpha", "gamma", "beta", "erase", "write")


class DegenerateError(ValueError):
    """A case that shows nothing: its truth is tiny, constant, or does not depend on an input."""


def opposite(name: str, x: np.ndarray) -> np.ndarray:
    """An input far from `x` that keeps the rule stable: 1 - x for factors, -x for the others."""
    if name in FACTORS:
        return np.maximum(1 - x, 0)
    if name == "count":
        return 2 * x
    return np.where(x == 0, x.dtype.type(1), -x)


def stacked(inputs: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
    """One call for all questions: entry 0 of a new first axis is `inputs`; n turns input n."""
    return {
        name: np.stack([x] + [opposite(name, x) if name == other else x for other in inputs])
        for name, x in inputs.items()
    }


def require_sensitive(
    case: Case, inputs: dict[str, np.ndarray], results: Any, allowed: dict[str, float]
) -> None:
    """Raise `DegenerateError` unless every input matters, by the results of `stacked(inputs)`."""
    truth = results.out[0]
    if not all(np.isfinite(x[0]).all() for x in (results.out, results.state)):
        raise DegenerateError(f"{case.name}: the truth is not finite")
    if truth.size:
        size = max(_rms(x) for name, x in inputs.items() if name in ("q", "v", "state"))
        if _rms(truth) < TINY * size or np.ptp(truth) == 0:
            raise DegenerateError(f"{case.name}: the truth is tiny or constant: zeros might pass")
    for n, name in enumerate(inputs, 1):
        if name in case.regime.blind:
            continue
        moves = {part: getattr(results, part) for part in ("out", "state")}
        if all(measure(x[n], x[0]).rms < MARGIN * allowed[part] for part, x in moves.items()):
            raise DegenerateError(f"{case.name}: the truth hardly depends on {name}")


def _rms(x: np.ndarray) -> float:
    return float(np.sqrt(np.mean(np.square(x))))
