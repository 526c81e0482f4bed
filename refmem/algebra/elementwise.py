"""Elementwise functions, in every number system that has them."""

from __future__ import annotations

import numpy as np

from refmem.algebra.error_function import erf_of_floats
from refmem.algebra.numbers import system_of
from refmem.algebra.word import word


def _elementwise(function: str, x: np.ndarray) -> np.ndarray:
    if not x.size:
        return x
    return system_of(x).apply(function, x)


@word
def exp(x: np.ndarray) -> np.ndarray:
    """e to the x."""
    return np.exp(x) if x.dtype != object else _elementwise("exp", x)


@word
def log(x: np.ndarray) -> np.ndarray:
    """Natural logarithm."""
    return np.log(x) if x.dtype != object else _elementwise("log", x)


@word
def sqrt(x: np.ndarray) -> np.ndarray:
    """Square root."""
    return np.sqrt(x) if x.dtype != object else _elementwise("sqrt", x)


@word
def cos(x: np.ndarray) -> np.ndarray:
    """Cosine."""
    return np.cos(x) if x.dtype != object else _elementwise("cos", x)


@word
def sin(x: np.ndarray) -> np.ndarray:
    """Sine."""
    return np.sin(x) if x.dtype != object else _elementwise("sin", x)


@word
def arccos(x: np.ndarray) -> np.ndarray:
    """The angle in [0, pi] whose cosine is x; real numbers rounded past 1 or -1 count as those."""
    return _elementwise("arccos", x) if x.dtype == object else np.arccos(as_cosine(x))


def as_cosine(x: np.ndarray) -> np.ndarray:
    """Real floats that rounding took past 1 or -1 brought back; other numbers as they are."""
    return np.clip(x, -1, 1) if x.dtype.kind == "f" else x


@word
def tanh(x: np.ndarray) -> np.ndarray:
    """Hyperbolic tangent."""
    return np.tanh(x) if x.dtype != object else _elementwise("tanh", x)


def capped(x: np.ndarray, cap: float | None) -> np.ndarray:
    """`x` bent so that none is larger than `cap` in size: cap tanh(x / cap); None leaves it.

    >>> capped(np.array([0.5, 1000.0]), 2.0).round(3)
    array([0.49, 2.  ])
    """
    return x if cap is None else cap * tanh(x / cap)


@word
def erf(x: np.ndarray) -> np.ndarray:
    """Error function."""
    if x.dtype == object:
        return _elementwise("erf", x)
    if np.finfo(x.dtype).nmant > np.finfo(float).nmant:  # SciPy would round these to float64
        return erf_of_floats(x)
    from scipy.special import erf as scipy_erf  # here, for importing it takes longer than refmem

    return scipy_erf(x).astype(x.dtype)


def sigmoid(x: np.ndarray) -> np.ndarray:
    """1 / (1 + exp(-x)); floats never exponentiate a positive number."""
    if x.dtype == object:
        return 1 / (1 + exp(-x))
    small = np.exp(np.where(x.real > 0, -x, x))
    return np.where(x.real > 0, 1, small) / (1 + small)


@word
def softplus(x: np.ndarray) -> np.ndarray:
    """log(1 + exp(x)); floats neither overflow nor lose the digits of what is nearly zero."""
    if x.dtype == object:
        return log(1 + exp(x))
    if x.dtype.kind == "f":
        return np.logaddexp(x.dtype.type(0), x)
    small = np.exp(np.where(x.real < 0, x, -x))
    return np.where(x.real < 0, 0, x) + 2 * np.arctanh(small / (2 + small))  # complex log1p rounds


def logsigmoid(x: np.ndarray) -> np.ndarray:
    """log(1 / (1 + exp(-x))), exact at both ends as well."""
    return -softplus(-x)


@word
def relu(x: np.ndarray) -> np.ndarray:
    """x where its real part is positive, else zero."""
    if x.dtype == object:
        return _elementwise("relu", x)
    return np.where(x.real > 0, x, x.dtype.type(0))


@word
def nearest(x: np.ndarray) -> np.ndarray:
    """The nearest whole number, halves to even; complex numbers round their real part."""
    if x.dtype == object:
        return _elementwise("round", x)
    return np.rint(x.real).astype(x.dtype)


def greater(x: np.ndarray, y: np.ndarray) -> np.ndarray:
    """The elementwise greater of two arrays; complex numbers compare their real parts.

    Of intervals that overlap, one that encloses both. Of equal numbers the first, whose slope the
    result then has.
    """
    if x.dtype != object:
        return np.where(x.real >= y.real, x, y)
    if "relu" in system_of(x).functions:
        return x + relu(y - x)
    return np.asarray(np.frompyfunc(max, 2, 1)(x, y), dtype=object)


@word
def absolute(x: np.ndarray) -> np.ndarray:
    """x or -x, whichever has the positive real part."""
    if x.dtype == object:
        return _elementwise("abs", x)
    return np.where(x.real < 0, -x, x)
