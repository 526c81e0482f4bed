"""The number systems: what the entries of an array may be, and what each can do.

A rule is written once, in `+ - * @`, indexing and the words of `algebra.py`. Those lines run on

    floats      float16, float32, float64, longdouble        everyday truth
    complex     complex64, complex128                        complex-step derivatives
    rationals   fractions.Fraction, flint.fmpq               == with no tolerance
    the field   flint.nmod with modulus 2^61 - 1             identity testing (Schwartz-Zippel)
    intervals   flint.arb, flint.acb                         the true value lies inside
    symbols     sympy expressions                            derivations act on the code itself
    series      flint.fmpq_series, flint.arb_series          exact derivatives
    pairs       refmem.algebra.pairs.Pair                    identity testing with exp

The last six live in NumPy arrays of dtype object, one type of entry an array. A Python `int` in
such an array is neutral: it is that whole number in every system.
"""

from __future__ import annotations

import functools
import importlib
import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from types import ModuleType
from typing import Any

import numpy as np

PRIME = 2**61 - 1
"""Modulus of the finite field: a Mersenne prime just below a machine word."""

FLOATS = ("float16", "float32", "float64", "longdouble", "complex64", "complex128")


class UnsupportedNumberError(TypeError):
    """A function was asked of numbers that do not have it: exp of a fraction, a bool, an int."""


@dataclass(frozen=True, eq=False)
class NumberSystem:
    """One kind of entry and the functions it has beyond `+ - * /`.

    name      as users see it in errors: "float64", "fmpq", "sympy"
    exact     two expressions that are equal are `==`
    ordered   entries can be compared with `<`
    floating  arrays of it are ordinary NumPy float or complex arrays
    functions the elementwise functions an object entry has, by name; floats use NumPy's
    """

    name: str
    exact: bool = False
    ordered: bool = True
    floating: bool = False
    functions: Mapping[str, Callable[[Any], Any]] = field(default_factory=dict)

    def apply(self, function: str, x: np.ndarray) -> np.ndarray:
        """Apply a named elementwise function to an object array, or say that it does not exist."""
        one = self.functions.get(function)
        if one is None:
            raise UnsupportedNumberError(
                f"{function} has numbers of kind {self.name}, expected floats, intervals or "
                f"symbols, because {function} of such a number is not one"
            )
        return np.asarray(np.frompyfunc(one, 1, 1)(x), dtype=object)


def _round_half_even(x: Any, floor: Callable[[Any], int]) -> int:
    below = floor(x)
    excess = 2 * (x - below)
    return below + (1 if excess > 1 or (excess == 1 and below % 2) else 0)


def _sympy() -> ModuleType:
    return importlib.import_module("sympy")


def _rectify(x: Any) -> Any:
    return x if x > 0 else x * 0


def _angle(cosine: Any) -> Any:
    """arccos of an arb, without what its radius takes past 1 or -1."""
    least, most = cosine.lower(), cosine.upper()
    if least >= -1 and most <= 1:
        return cosine.acos()
    one = type(cosine)(1)
    return (one if most > 1 else most).acos().union((-one if least < -1 else least).acos())


def _mean_of_exp(n: int) -> Callable[[Any], Any]:
    """The mean of s^n exp(s x) over s in [0, 1], of an arb or acb: see `mean_exp`."""
    return lambda x: x.hypgeom_1f1(n + 1, n + 2) / (n + 1)


def _mean_of_exp_of_series(x: Any) -> Any:
    """The same of exp(s x), around the series' first term: its nth slope is mean n."""
    total, power = x * 0, x * 0 + 1
    for n in range(_flint().ctx.cap):
        total += _mean_of_exp(n)(x[0]) / math.factorial(n) * power
        power *= x - x[0]
    return total


def _mean_of_exp_of_symbol(x: Any) -> Any:
    return (_sympy().exp(x) - 1) / x if x != 0 else _sympy().Integer(1)


def _mean_of_exp_of_pair(x: Any) -> Any:
    return (x.exp() - 1) / x if x != 0 else x + 1


def _slope_of_mean_of_exp_of_pair(x: Any) -> Any:
    return (x.exp() - _mean_of_exp_of_pair(x)) / x if x != 0 else (x + 1) / 2


_RATIONAL: dict[str, Callable[[Any], Any]] = {
    "relu": _rectify,
    "abs": abs,
    "positive": lambda x: 1 if x > 0 else 0,
}
_ANALYTIC: dict[str, Callable[[Any], Any]] = {
    "exp": lambda x: x.exp(),
    "log": lambda x: x.log(),
    "sqrt": lambda x: x.sqrt(),
    "cos": lambda x: x.cos(),
    "sin": lambda x: x.sin(),
    "arccos": lambda x: x.acos(),
    "mean_exp": _mean_of_exp(0),
    "mean_exp_slope": _mean_of_exp(1),
}

_PIECEWISE: dict[str, Callable[[Any], Any]] = {
    "relu": lambda x: x if x[0] > 0 else x * 0,
    "abs": lambda x: x if x[0] > 0 else -x if x[0] < 0 else x * 0,
    "first term": lambda x: x[0],
}
"""Of series: what is smooth around their first term, by which they are ordered."""

_OBJECTS = {
    ("fractions", "Fraction"): NumberSystem(
        "Fraction",
        exact=True,
        functions=_RATIONAL | {"round": lambda x: Fraction(_round_half_even(x, math.floor))},
    ),
    ("flint", "fmpq"): NumberSystem(
        "fmpq",
        exact=True,
        functions=_RATIONAL
        | {"round": lambda x: 0 * x + _round_half_even(x, lambda y: int(y.floor()))},
    ),
    ("flint", "nmod"): NumberSystem("nmod", exact=True, ordered=False),
    ("flint", "arb"): NumberSystem(
        "arb",
        functions=_ANALYTIC
        | {
            "arccos": _angle,
            "tanh": lambda x: x.tanh(),
            "erf": lambda x: x.erf(),
            "relu": lambda x: x.max(type(x)(0)),
            "positive": lambda x: x if x.is_zero() else (x.sgn() + 1) / 2,
            "abs": abs,
            "middle": lambda x: x.mid(),
        },
    ),
    ("flint", "acb"): NumberSystem(
        "acb", ordered=False, functions=_ANALYTIC | {"middle": lambda x: x.real.mid()}
    ),
    ("flint", "fmpq_series"): NumberSystem(
        "fmpq_series", exact=True, ordered=False, functions=_PIECEWISE
    ),
    ("flint", "arb_series"): NumberSystem(
        "arb_series",
        ordered=False,
        functions=_ANALYTIC
        | _PIECEWISE
        | {
            "tanh": lambda x: 1 - 2 / ((2 * x).exp() + 1),
            "erf": lambda x: x.erf(),
            "mean_exp": _mean_of_exp_of_series,
            "middle": lambda x: x[0].mid(),
        },
    ),
    ("refmem", "Pair"): NumberSystem(
        "Pair",
        exact=True,
        ordered=False,
        functions={
            "exp": lambda x: x.exp(),
            "log": lambda x: x.log(),
            "sqrt": lambda x: x.sqrt(),
            "cos": lambda x: x.function("cos"),
            "sin": lambda x: x.function("sin"),
            "arccos": lambda x: x.function("arccos"),
            "tanh": lambda x: x.tanh(),
            "erf": lambda x: x.function("erf"),
            "mean_exp": _mean_of_exp_of_pair,
            "mean_exp_slope": _slope_of_mean_of_exp_of_pair,
            "relu": lambda x: x.maximum(0),
            "positive": lambda x: x.above(0),
            "abs": lambda x: x.absolute(),
        },
    ),
    ("sympy", ""): NumberSystem(
        "sympy",
        exact=True,
        ordered=False,
        functions={
            "exp": lambda x: _sympy().exp(x),
            "log": lambda x: _sympy().log(x),
            "sqrt": lambda x: _sympy().sqrt(x),
            "cos": lambda x: _sympy().cos(x),
            "sin": lambda x: _sympy().sin(x),
            "arccos": lambda x: _sympy().acos(x),
            "tanh": lambda x: _sympy().tanh(x),
            "erf": lambda x: _sympy().erf(x),
            "mean_exp": _mean_of_exp_of_symbol,
            "relu": lambda x: _sympy().Max(x, 0),
            "positive": lambda x: _sympy().Heaviside(x, 0),
            "abs": lambda x: _sympy().Abs(x),
        },
    ),
}

_NEUTRAL = NumberSystem("int", exact=True)


def entry_system(x: Any) -> NumberSystem:
    """The number system of one entry of an object array; `int` is neutral."""
    if isinstance(x, int) and not isinstance(x, bool):
        return _NEUTRAL
    module = type(x).__module__.split(".")[0]
    name = "" if module == "sympy" else type(x).__name__
    try:
        return _OBJECTS[module, name]
    except KeyError:
        raise UnsupportedNumberError(
            f"an entry of type {type(x).__name__}, expected Fraction, flint's fmpq, nmod, arb or "
            "series, or a sympy expression, because these are the number systems refmem knows"
        ) from None


def system_of(x: np.ndarray) -> NumberSystem:
    """The one number system of an array; others raise `UnsupportedNumberError`, which says why.

    >>> system_of(np.ones(3, np.float32)).name
    'float32'
    >>> system_of(np.array([Fraction(1, 2), 1], dtype=object)).name
    'Fraction'
    """
    if x.dtype != object:
        return _system_of_dtype(x.dtype)
    found = {type(entry): entry for entry in x.flat}
    systems = {s.name: s for s in map(entry_system, found.values())}
    systems.pop(_NEUTRAL.name, None)
    if len(systems) > 1:
        raise UnsupportedNumberError(
            f"entries of {' and '.join(sorted(systems))}, expected one kind, because number "
            "systems do not mix"
        )
    return next(iter(systems.values()), _NEUTRAL)


@functools.cache
def _system_of_dtype(dtype: np.dtype) -> NumberSystem:
    if dtype.name in FLOATS or dtype == np.longdouble:
        return NumberSystem(dtype.name, ordered=dtype.kind == "f", floating=True)
    raise UnsupportedNumberError(
        f"dtype {dtype.name}, expected {', '.join(FLOATS)} or exact numbers in an object array, "
        "because nothing is cast silently"
    )


def is_neutral(system: NumberSystem) -> bool:
    """Whether an array holds whole numbers only (or nothing), and so fits any exact system."""
    return system is _NEUTRAL


def _flint() -> ModuleType:
    try:
        return importlib.import_module("flint")
    except ImportError as error:
        raise ImportError(
            "numbers: python-flint is missing, expected for exact and certified numbers, because "
            "it is optional; install it with: pip install 'refmem[certify]'"
        ) from error


def _convert(x: Any, one: Callable[[Any], Any]) -> np.ndarray:
    """`one` of every entry, as a Python number: a longdouble, which is none, as its fraction."""
    x = np.asarray(x)
    out = np.empty(x.shape, dtype=object)
    for index in np.ndindex(x.shape):
        value = x[index].item() if isinstance(x[index], np.generic) else x[index]
        if isinstance(value, np.longdouble):
            value = Fraction(*value.as_integer_ratio())
        out[index] = one(value)
    return out


def rationals(x: Any) -> np.ndarray:
    """The same numbers as exact `flint.fmpq`; a float is the fraction it is.

    >>> print(rationals([0.5, 3])[0])
    1/2
    """
    fmpq = _flint().fmpq
    return _convert(x, lambda value: fmpq(*Fraction(value).as_integer_ratio()))


def fractions(x: Any) -> np.ndarray:
    """The same numbers as exact `fractions.Fraction` (slower than `rationals`, needs no extra)."""
    return _convert(x, lambda value: Fraction(value))


def prime_field(x: Any) -> np.ndarray:
    """The same numbers in the field of 2^61 - 1 elements; a fraction a/b is a times b's inverse."""
    nmod = _flint().nmod

    def one(value: Any) -> Any:
        numerator, denominator = Fraction(value).as_integer_ratio()
        return nmod(numerator, PRIME) / nmod(denominator, PRIME)

    return _convert(x, one)


def intervals(x: Any) -> np.ndarray:
    """The same numbers as `flint.arb` of radius zero, at flint's current precision."""
    flint = _flint()

    def one(value: Any) -> Any:
        if isinstance(value, Fraction):
            value = flint.fmpq(*value.as_integer_ratio())
        return flint.arb(value)

    return _convert(x, one)


def to_bits(bits: int, x: np.ndarray) -> np.ndarray:
    """Floats rounded to so many bits, the leading one included: to nearest, ties to even.

    >>> to_bits(11, np.float32([2049, 2051]))
    array([2048., 2052.], dtype=float32)
    """
    part, power = np.frexp(x)
    return np.ldexp(np.rint(part * 2.0**bits) / 2.0**bits, power)


def to_bfloat16(x: np.ndarray) -> np.ndarray:
    """Floats rounded to the eight bits of a bfloat16.

    >>> to_bfloat16(np.float32([1.001, 257, 258]))
    array([  1., 256., 258.], dtype=float32)
    """
    return to_bits(8, x)


def symbols(name: str, shape: tuple[int, ...]) -> np.ndarray:
    """Real SymPy symbols `name[i,j]`, one for each entry of an array of that shape.

    >>> symbols("k", (2,))
    array([k[0], k[1]], dtype=object)
    """
    out = np.empty(shape, dtype=object)
    for index in np.ndindex(shape):
        label = f"{name}[{','.join(map(str, index))}]" if shape else name
        out[index] = _sympy().Symbol(label, real=True)
    return out
