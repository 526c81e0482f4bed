"""The error function of long doubles, which neither NumPy nor SciPy has.

    |x| < 2    erf(x) = 2/sqrt(pi) exp(-x^2) (x + 2 x^3/3 + 4 x^5/(3 5) + ...), all of one sign
    else       erf(x) = 1 - erfc(x), erfc(x) = exp(-x^2)/sqrt(pi) / (x + (1/2)/(x + 1/(x + ...)))

with 3/2, 2, ... in the fraction after that. Terms are left out below half a unit in the last place:
those of the series at 2 become smaller than it after 40 in 64 bits; at 2, where it converges most
slowly, the fraction of depth n is off by about exp(-4 sqrt(2 n)) of itself. With the roundings of
up to 40 terms the error is at most 6 eps of the result; the tests hold it against intervals.

Source: Abramowitz and Stegun, Handbook of Mathematical Functions, 7.1.6 and 7.1.14.
"""

from __future__ import annotations

import math

import numpy as np

SWITCH = 2
"""Where the fraction takes over: erfc is 0.005 there, so that its roundings count for little."""


def erf_of_floats(x: np.ndarray) -> np.ndarray:
    """erf, in arithmetic of the dtype of x; of NaN, NaN.

    >>> erf_of_floats(np.array([0, -1, np.inf], np.longdouble)).astype(float).round(15)
    array([ 0.        , -0.84270079,  1.        ])
    """
    size = np.abs(x)
    near, far = np.minimum(size, SWITCH), np.maximum(size, SWITCH)
    value = np.where(size < SWITCH, _series(near), 1 - _complement(far))
    return np.copysign(np.where(np.isnan(x), x, value), x)


def _series(x: np.ndarray) -> np.ndarray:
    """erf up to `SWITCH`."""
    least = np.finfo(x.dtype).eps / 2
    term = total = x
    n = 0
    while (term > least * total).any():
        n += 1
        term = term * (2 * x * x) / (2 * n + 1)
        total = total + term
    return 2 * _bell(x) * total


def _complement(x: np.ndarray) -> np.ndarray:
    """erfc from `SWITCH` on, by its continued fraction from the inside out."""
    tail = x
    for n in range(_depth(x.dtype), 0, -1):
        tail = x + x.dtype.type(n) / 2 / tail
    return np.where(np.isinf(x), x.dtype.type(0), _bell(x) / tail)


def _depth(dtype: np.dtype) -> int:
    """How deep the fraction is: half a unit in the last place at 2, and half as deep again."""
    exponent = -math.log(np.finfo(dtype).eps / 2)
    return math.ceil(1.5 * (exponent / (2 * SWITCH)) ** 2 / 2)


def _bell(x: np.ndarray) -> np.ndarray:
    """exp(-x^2)/sqrt(pi), with x^2 as a first part that is exact, and the rest."""
    with np.errstate(invalid="ignore", under="ignore"):
        coarse = np.rint(x * 2**12) / 2**12
        return np.exp(-coarse * coarse) * np.exp(-(x - coarse) * (x + coarse)) / _root_of_pi(x)


def _root_of_pi(like: np.ndarray) -> np.ndarray:
    return np.sqrt(np.arccos(-np.ones(1, like.dtype)))
