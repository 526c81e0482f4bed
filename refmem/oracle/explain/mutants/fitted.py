"""Mutants with a number in them, which is found from a result: an epsilon, a clamp, a window.

    epsilon of 1e-06 in the denominator

A number is first sought among usual ones, then where the mutant's result comes nearest to the one
that was found; two digits of it are taken if they do as well as all.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from refmem.oracle.cases.case import Case
from refmem.oracle.explain.mutants.denominators import clamped_bound, small_denominator
from refmem.oracle.explain.mutants.gates import clipped_steps
from refmem.oracle.explain.mutants.masks import unasked_window
from refmem.oracle.explain.mutants.mutant import Mutant
from refmem.oracle.explain.mutants.scores import unwritten_slots
from refmem.oracle.explain.mutants.static import clamped_gated, clamped_hidden, steeper

Distance = Callable[[Mutant], float]
"""How far a result is from a mutant's; infinite or NaN where it cannot be said."""


@dataclass(frozen=True)
class Family:
    """Mutants that differ by one number.

    make    number -> mutant
    usual   numbers that people use, tried first
    between least and greatest number that is sought, or None if there are only usual ones
    """

    make: Callable[[float], Mutant]
    usual: tuple[float, ...]
    between: tuple[float, float] | None = None

    def fits(self, case: Case) -> bool:
        """Whether a case can have some of them."""
        return any(self.make(number).fits(case) for number in self.usual)

    def likeliest(self, distance: Distance) -> Mutant:
        """The mutant whose result is nearest."""
        tried = {number: distance(self.make(number)) for number in self.usual}
        best = min(tried, key=lambda number: _or_infinity(tried[number]))
        if self.between is None or not tried:
            return self.make(best)
        found, far = nearest(lambda x: distance(self.make(x)), *self.between)
        if not far < _or_infinity(tried[best]) / 2:
            return self.make(best)
        short = float(f"{found:.2g}")
        return self.make(short if distance(self.make(short)) <= 2 * far else found)


GRID, STEPS = 13, 24
"""Numbers that are tried first between two, and halvings of the place of the best."""

GOLDEN = (5**0.5 - 1) / 2


def nearest(distance: Callable[[float], float], low: float, high: float) -> tuple[float, float]:
    """Where a distance is least, and how much it is there: on a grid of logarithms, then refined.

    >>> found, far = nearest(lambda x: abs(x - 3), 0.1, 100)
    >>> round(found, 3), far < 1e-3
    (3.0, True)
    """
    logs = np.linspace(np.log(low), np.log(high), GRID)
    sizes = [_or_infinity(distance(float(np.exp(x)))) for x in logs]
    at = int(np.argmin(sizes))
    left, right = logs[max(at - 1, 0)], logs[min(at + 1, GRID - 1)]
    for _ in range(STEPS):
        inner = right - GOLDEN * (right - left), left + GOLDEN * (right - left)
        one, other = (_or_infinity(distance(float(np.exp(x)))) for x in inner)
        left, right = (left, inner[1]) if one <= other else (inner[0], right)
    found = float(np.exp((left + right) / 2))
    return found, _or_infinity(distance(found))


def _or_infinity(x: float) -> float:
    return float("inf") if np.isnan(x) else x


FAMILIES = (
    Family(small_denominator, tuple(10.0**-n for n in range(2, 13)), (1e-12, 1)),
    Family(clipped_steps, (0.1, 1.0, 0.01), (1e-3, 100)),
    Family(clamped_bound, (50.0, 30.0, 20.0, 10.0, 5.0), (0.1, 100)),
    Family(steeper, (1.702,), (0.25, 8)),
    Family(clamped_gated, (7.0, 10.0, 6.0), (0.1, 100)),
    Family(clamped_hidden, (50.0, 20.0, 10.0, 7.0, 6.0), (0.1, 100)),
    Family(lambda n: unasked_window(int(n)), (8, 16, 32, 128, 256, 512, 1024)),
    Family(lambda n: unwritten_slots(int(n)), (8, 32, 128, 256, 512, 1024)),
)
"""All of them."""
