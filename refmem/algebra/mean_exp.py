"""The mean of exp between 0 and x, which is (exp(x) - 1)/x, and the slope of that mean.

    mean n    = integral of s^n exp(s x) over s from 0 to 1,    whose slope is mean n + 1
    |x| < 1   = sum over m of x^m / (m! (m + n + 1))
    else      mean 0 = (exp(x) - 1)/x,    mean 1 = (exp(x) - mean 0)/x

The sum has no quotient of two small numbers. Far from zero the difference of mean 1 loses at most
two bits. Sources of numbers that have an exponential know it as a hypergeometric function:
mean n = 1F1(n + 1; n + 2; x)/(n + 1), also where an interval contains zero.

Source: phi_1 of exponential integrators, Hochbruck and Ostermann 2010, Acta Numerica 19.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from refmem.algebra.elementwise import exp
from refmem.algebra.numbers import system_of
from refmem.algebra.word import word

TERMS = 32
"""Of the sum: 1/32! is less than half a unit in the last place of a number of 113 bits."""


@word
def mean_exp(x: np.ndarray) -> np.ndarray:
    """(exp(x) - 1)/x, and 1 at zero.

    >>> mean_exp(np.array([0., 1e-9, -1., -1e9])).round(6)
    array([1.      , 1.      , 0.632121, 0.      ])
    """
    if x.dtype == object:
        return system_of(x).apply("mean_exp", x) if x.size else x
    near, far = _apart(x)
    return np.where(np.abs(x) < 1, _sum(near, 0), np.expm1(far) / far)


def mean_exp_slope(x: np.ndarray) -> np.ndarray:
    """The derivative of `mean_exp`: 1/2 at zero."""
    if x.dtype == object:
        return system_of(x).apply("mean_exp_slope", x) if x.size else x
    near, far = _apart(x)
    return np.where(np.abs(x) < 1, _sum(near, 1), (exp(far) - np.expm1(far) / far) / far)


def _apart(x: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """x where it is near zero, and where it is far; elsewhere a number that does no harm."""
    is_near = np.abs(x) < 1
    return np.where(is_near, x, x.dtype.type(0)), np.where(is_near, x.dtype.type(1), x)


def _sum(x: np.ndarray, n: int) -> np.ndarray:
    """Mean n, from the smallest term to the first."""
    one: Any = x.dtype.type(1)
    total = 0 * x
    for m in reversed(range(TERMS)):
        total = total * x / (m + 1) + one / (m + n + 1)
    return total
