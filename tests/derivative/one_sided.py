"""One-sided derivatives, from nothing but values: what the tape's slopes are compared with.

    right = (f(x + h d) - f(x)) / h        left = (f(x) - f(x - h d)) / h

with h = 2^-256 in exact fractions, or in intervals of 1024 bits. Where a function is smooth on one
side, the quotient is off by a multiple of h, so numbers nearer than 2^-64 are the same, and one
beyond 2^64 is no derivative: the function jumps, or its slope is infinite.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import flint
import numpy as np

from refmem.algebra.numbers import intervals, rationals
from refmem.derivative.tape import boxed

STEP = flint.fmpq(1, 2**256)
SAME = flint.fmpq(1, 2**64)
LARGEST = flint.fmpq(2**64)

Arrays = Sequence[np.ndarray]
MAKERS = {"rationals": rationals, "intervals": intervals}


def one_sided(
    function: Callable[..., np.ndarray], x: Arrays, d: Arrays, make: Any
) -> tuple[np.ndarray, np.ndarray]:
    """The derivatives on the right and on the left along d, flat; NaN outside the domain.

    `make` is `rationals` or `intervals`.
    """

    def value(away: Any) -> np.ndarray:
        pairs = zip(x, d, strict=True)
        return np.ravel(boxed(function(*(make(start) + make(by) * away for start, by in pairs))))

    here = value(0)
    return (value(STEP) - here) / STEP, (here - value(-STEP)) / STEP


def the_derivative(right: Any, left: Any) -> Any:
    """What both sides say, or one alone where the domain ends; None if they differ."""
    sides = [one for one in (right, left) if is_finite(one)]
    bounded = all(bool(abs(one) < LARGEST) for one in sides)
    return sides[0] if bounded and is_same(sides[0], sides[-1]) else None


def is_same(one: Any, other: Any) -> bool:
    """Whether two numbers are nearer than any two that differ."""
    return bool(abs(one - other) < SAME)


def is_finite(x: Any) -> bool:
    """Whether it is a number, and not outside a function's domain."""
    return not isinstance(x, flint.arb) or bool(x.is_finite())
