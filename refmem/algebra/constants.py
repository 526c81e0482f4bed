"""What a floating-point constant stands for: 0.1 is 1/10, 0.5773502691896258 is 1/sqrt(3).

A constant in somebody's code is a float, and a float is a dyadic fraction. Taken as that, a right
1/sqrt(3) is wrong by 1e-17, and a proof with == fails. So a float that is the nearest one, in
float64 or float32, to a number that people write is taken as that number. Anything else is the
fraction it is: 1.0000000000001 is not 1.

>>> print(recognised(0.5773502691896258), recognised(0.1), recognised(1.0000000000001))
1/sqrt(3) 1/10 2251799813685473/2251799813685248
"""

from __future__ import annotations

import math
from fractions import Fraction
from functools import lru_cache
from typing import Any, NamedTuple

import numpy as np

NAMES = {"log(2)": math.log(2), "1/log(2)": 1 / math.log(2), "pi": math.pi, "1/pi": 1 / math.pi}
"""Numbers that are neither rational nor roots."""

DIGITS = {np.float64: 7, np.float32: 5}
"""A decimal with at most so many digits is what somebody wrote."""

LARGEST = {np.float64: 1000, np.float32: 100}
"""Denominators of fractions that are recognised: so few that a float is hardly ever one."""

WIDEST = 4096
"""The widths whose inverse roots are recognised."""


class Constant(NamedTuple):
    """rational * radicand^(1/degree) * name, for a square root or a fourth one."""

    rational: Fraction
    radicand: int = 1
    name: str = ""
    degree: int = 2

    def __str__(self) -> str:
        above, below = self.rational.as_integer_ratio()
        n = self.radicand
        if self.degree == 4:
            return f"({Fraction(above**4 * n, below**4)})^(1/4)"
        if n > 1 and above % n and below % n == 0:  # sqrt(3)/3 is 1/sqrt(3)
            times = below // n
            written = f"{above}/sqrt({n})" if times == 1 else f"{above}/({times} sqrt({n}))"
        else:
            root = "" if n == 1 else f" sqrt({n})"
            written = f"{above}{root}" + (f"/{below}" if below > 1 else "")
        return f"{written} {self.name}".strip()

    def __float__(self) -> float:
        root = self.radicand ** (1 / self.degree)
        return float(self.rational) * root * NAMES.get(self.name, 1)


@lru_cache(maxsize=4096)
def recognised(x: float) -> Constant:
    """The number that a finite float stands for."""
    exact = Fraction(x)
    if exact.denominator <= 1 << 12:
        return Constant(exact)
    dtypes = [np.float64, *([np.float32] if float(np.float32(x)) == x else [])]
    for dtype in dtypes:
        found = _written(x, dtype) or _root_of_fraction(x, 1.0, "", dtype)
        for name, value in NAMES.items():
            found = found or _multiple(x, value, name, dtype)
            found = found or _root_of_fraction(x, value, name, dtype)
        found = found or _fourth_root(x, dtype)
        if found:
            return found
    return Constant(exact)


def is_exact(x: float) -> bool:
    """Whether a float is taken as the dyadic fraction that it is."""
    return recognised(x) == Constant(Fraction(x))


def _written(x: float, dtype: Any) -> Constant | None:
    """A short decimal, or a fraction of small numbers."""
    short = Fraction(str(dtype(x)))
    digits = len(str(dtype(x)).split("e")[0].replace(".", "").lstrip("-0"))
    if digits <= DIGITS[dtype] and dtype(float(short)) == dtype(x):
        return Constant(short)
    near = Fraction(x).limit_denominator(LARGEST[dtype])
    return Constant(near) if near and dtype(float(near)) == dtype(x) else None


def _multiple(x: float, value: float, name: str, dtype: Any) -> Constant | None:
    near = Fraction(x / value).limit_denominator(LARGEST[dtype])
    return Constant(near, 1, name) if near and _is_near(float(near) * value, x, dtype) else None


def _root_of_fraction(x: float, value: float, name: str, dtype: Any) -> Constant | None:
    """A small fraction's square root, times a number that has a name."""
    square = _small_fraction((x / value) ** 2, dtype)
    if not square or not _is_near(math.copysign(math.sqrt(square), x) * value, x, dtype):
        return None
    n, d = square.as_integer_ratio()
    outside, radicand = _squares_out_of(n * d)
    if radicand == 1:  # a fraction, which has to be met exactly
        return None
    return Constant(Fraction(int(math.copysign(outside, x)), d), radicand, name)


def _fourth_root(x: float, dtype: Any) -> Constant | None:
    """K^(-1/4), which both queries and keys are multiplied by."""
    n, d = _small_fraction(x**4, dtype).as_integer_ratio()
    if not n or not _is_near(math.copysign((n / d) ** 0.25, x), x, dtype):
        return None
    return Constant(Fraction(int(math.copysign(1, x)), d), n * d**3, "", 4) if n != d else None


def _small_fraction(x: float, dtype: Any) -> Fraction:
    """The fraction of small numbers near x, or 1/K for a width K."""
    if x >= 1 / WIDEST and abs(1 / x - round(1 / x)) < 1e-3:
        return Fraction(1, round(1 / x))
    return Fraction(x).limit_denominator(LARGEST[dtype])


def _squares_out_of(n: int) -> tuple[int, int]:
    """(m, k) with n = m^2 k, k without squares."""
    m = 1
    for d in range(2, math.isqrt(n) + 1):
        while n % (d * d) == 0:
            n, m = n // (d * d), m * d
    return m, n


def _is_near(candidate: float, x: float, dtype: Any) -> bool:
    """Whether a number made by a few roundings is within one unit in the last place."""
    return bool(abs(dtype(candidate) - dtype(x)) <= np.spacing(abs(dtype(x))))
