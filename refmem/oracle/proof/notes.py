"""What is noted while a function runs on residues, and what stops it."""

from __future__ import annotations

import functools
import sys
import time
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np

from refmem.algebra.constants import is_exact, recognised

FOREIGN = ("torch", "numpy", "jax", "jaxlib", "einops", "unittest")
"""Packages whose lines are not the user's."""

SHORT = 1 << 12
"""Denominators of constants that need no mention."""

OWN = (str(Path(__file__).parent), str(Path(__file__).parents[2] / "algebra"))


class UnsupportedError(Exception):
    """What cannot be said of a function in residues: which operation, and where."""


class NotAlgebraicError(Exception):
    """The same of an operation, before it is known where it is."""


class TooLargeError(Exception):
    """A run past its limit."""


@dataclass
class Notes:
    """What was met on the way.

    limit      seconds that a run may take
    casts      precisions that numbers were rounded to -> the line
    constants  floats with many digits -> the numbers that they are taken for
    undefined  operations that first gave something that is not a number, with their lines
    unknown    operations of which only that they are functions is known -> the line
    steps      how many operations ran
    not_negative   inputs that have a range, by the names of the function
    """

    limit: float = 120.0
    casts: dict[str, str] = field(default_factory=dict)
    constants: dict[float, str] = field(default_factory=dict)
    undefined: list[str] = field(default_factory=list)
    unknown: dict[str, str] = field(default_factory=dict)
    steps: int = 0
    not_negative: dict[str, str] = field(default_factory=dict)
    begun: float = field(default_factory=time.monotonic)

    def step(self) -> None:
        """One more operation; `TooLargeError` past the limit."""
        self.steps += 1
        if time.monotonic() > self.begun + self.limit:
            raise TooLargeError(f"it ran {self.steps} operations in {self.limit:g} s and no end")

    def constant(self, x: Any) -> None:
        """A Python number in an operation."""
        if isinstance(x, float) and np.isfinite(x) and Fraction(x).denominator > SHORT:
            self.constants[x] = "itself" if is_exact(x) else str(recognised(x))

    def constants_in(self, x: np.ndarray) -> None:
        """The numbers of an array that the function made itself."""
        for value in np.unique(x[np.isfinite(x)])[:1000]:
            self.constant(float(value))

    def add(self, other: Notes) -> None:
        """The notes of another run too."""
        for name in ("casts", "constants", "unknown", "not_negative"):
            getattr(self, name).update(getattr(other, name))
        self.undefined += [one for one in other.undefined if one not in self.undefined]
        self.steps = max(self.steps, other.steps)


def here() -> str:
    """The nearest line of the user's own code, such as kernels.py:12."""
    frame = sys._getframe(1)
    while frame is not None:
        name = frame.f_code.co_filename
        if is_users(name):
            return f"{Path(name).name}:{frame.f_lineno}"
        frame = frame.f_back  # type: ignore[assignment]
    return "in the backward pass"


@functools.lru_cache
def is_users(name: str) -> bool:
    """Whether a file is the user's: of none of the libraries that arrays go through."""
    path = Path(name)
    foreign = "site-packages" in path.parts and any(part in FOREIGN for part in path.parts)
    return not foreign and not str(path).startswith(OWN) and path.suffix == ".py"
