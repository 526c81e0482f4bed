"""Number systems to draw from: what laws put into a rule.

    FIELD                  2^61 - 1 elements, where one agreement is a proof (Schwartz, Zippel)
    RATIONALS, FRACTIONS   exact, and read by people
    INTERVALS              certified, for rules that take exponentials or roots
    DYADIC                 halves in float64, on which + - * do not round
    FLOAT64, floats(...)   everyday numbers

What is imported only where it is used is here too: python-flint, SymPy.
"""

from __future__ import annotations

from collections.abc import Callable
from types import ModuleType
from typing import Any, NamedTuple

import numpy as np

from refmem.algebra import numbers
from refmem.support.extras import optional


def flint() -> ModuleType:
    """The package of exact numbers, or an error that names the extra `certify`."""
    return optional("flint", "certify")


def sympy() -> ModuleType:
    """The package of symbols, which refmem itself can do without."""
    return optional("sympy")


class Numbers(NamedTuple):
    """A number system to draw from: whole numbers over `grid`, or anything in the field.

    make   from an array of Python ints to these numbers
    exact  only + - * / exist: kernels have to be polynomials
    """

    name: str
    make: Callable[[np.ndarray], np.ndarray]
    grid: int = 6
    exact: bool = False

    def draw(
        self, random: np.random.Generator, shape: tuple[int, ...], low: float, high: float
    ) -> np.ndarray:
        """Uniform numbers in [low, high]; in the field, uniform elements."""
        if self.name == "field":
            return self.make(random.integers(0, numbers.PRIME, shape))
        first, last = round(low * self.grid), round(high * self.grid)
        whole = self.make(random.integers(first, last, shape, endpoint=True))
        return np.asarray(whole / self.grid, dtype=whole.dtype)


def _objects(convert: Callable[[Any], np.ndarray]) -> Callable[[np.ndarray], np.ndarray]:
    return lambda whole: convert(whole.astype(object))


def floats(dtype: Any, grid: int | None = None) -> Numbers:
    """Floats of a dtype, with a few bits to spare so that every multiple of 1/grid is one."""
    dtype = np.dtype(dtype)
    grid = grid or 2 ** (min(np.finfo(dtype).nmant, 52) - 1)
    return Numbers(dtype.name, lambda whole: whole.astype(dtype), grid)


FIELD = Numbers("field", _objects(numbers.prime_field), exact=True)
RATIONALS = Numbers("fmpq", _objects(numbers.rationals), exact=True)
FRACTIONS = Numbers("Fraction", _objects(numbers.fractions), exact=True)
INTERVALS = Numbers("arb", _objects(numbers.intervals), 2**20)
FLOAT64 = floats(np.float64)
DYADIC = floats(np.float64, grid=2)._replace(exact=True)
"""Multiples of 1/2, whose sums of products of a few tokens are exact in float64."""
