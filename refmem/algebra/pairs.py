"""Numbers in a field beside their exponents in another: where exp exists and == is exact.

A number is a pair (mod p, mod r) with p = 2 r + 1, both prime (a safe prime). + - * / act on both
parts, and

    exp(x) = g^(second part of x)   mod p        g of order r

so exp(x + y) = exp(x) exp(y), with ==. An identity between expressions in + - * / exp that holds
for real numbers holds for pairs; one that fails, fails for nearly all pairs
(derivations/residues/soundness.py). Three pairs of primes at once are three independent draws:
`first` and `second` are numbers mod the products of the three. Each prime is below 2^31, so that
arrays of residues fit machine words (`refmem.oracle.proof.residues`).

What goes beyond + - * / exp:

    logarithms   log(z) is the exponent (0, z) : exp of it is z. A number carries such a `factor`,
                 exp(x) = g^second * factor, and logarithms add. log(0) is minus infinity
    roots        of 2, 3, 5, 7, 11 and 13 exist in all six fields, so sqrt(12) is exact
    the rest     erf, cos, sqrt of a number that is drawn, which of two is less: an unknown
                 function, a random number for each argument, the same wherever it is asked. |x| is
                 one with |-x| = |x|, and the greater of two is (x + y + |x - y|) / 2

What holds for every function in place of an unknown one holds for the true one. So equality of
pairs proves; inequality refutes only where nothing was unknown.
"""

from __future__ import annotations

import math
from fractions import Fraction
from functools import lru_cache
from typing import Any

import numpy as np

from refmem.algebra.constants import Constant, recognised
from refmem.algebra.modular import (
    FIRST,
    GENERATOR,
    ORDERS,
    PRIMES,
    SECOND,
    SHORTEST,
    SMALL,
    TO_FIRST,
    TO_SECOND,
    P,
    R,
    UndefinedError,
    current_guess,
    guessed,
    inverse,
    joined,
    mixed,
    root_exists,
    set_key,
)


class Pair:
    """A number in six fields.

    first, second   mod the products of the primes and of the orders
    factor          exp of the number is GENERATOR^second * factor; 0 is minus infinity
    logarithm       of what was made by exp: of which number
    """

    __slots__ = ("factor", "first", "logarithm", "second")

    def __init__(
        self, first: int, second: int, factor: int = 1, logarithm: Pair | None = None
    ) -> None:
        self.first, self.second, self.factor = first, second, factor
        self.logarithm = logarithm

    def __add__(self, other: Any) -> Any:
        if type(other) is not Pair:
            other = lifted(other)
        factor = 1
        if self.factor != 1 or other.factor != 1:
            factor = self.factor * other.factor % FIRST
        return Pair(
            (self.first + other.first) % FIRST, (self.second + other.second) % SECOND, factor
        )

    __radd__ = __add__

    def __neg__(self) -> Any:
        factor = 1 if self.factor == 1 else inverse(self.factor, FIRST)
        return Pair(-self.first % FIRST, -self.second % SECOND, factor)

    def __pos__(self) -> Any:
        return self

    def __sub__(self, other: Any) -> Any:
        return self + -(other if type(other) is Pair else lifted(other))

    def __rsub__(self, other: Any) -> Any:
        return lifted(other) + -self

    def __mul__(self, other: Any) -> Any:
        if type(other) is not Pair:
            if self.factor == 0 and other > 0:
                return self
            if self.factor != 1 and float(other).is_integer():
                return self._times(int(other))
            other = lifted(other)
        first = self.first * other.first % FIRST
        return Pair(first, self.exponent * other.exponent % SECOND)

    __rmul__ = __mul__

    def _times(self, n: int) -> Any:
        """A logarithm so many times."""
        if self.factor == 0 and n <= 0:
            raise UndefinedError("minus infinity times what is not positive")
        return Pair(self.first * n % FIRST, self.second * n % SECOND, pow(self.factor, n, FIRST))

    def __truediv__(self, other: Any) -> Any:
        other = other if type(other) is Pair else lifted(other)
        return self * Pair(inverse(other.first, FIRST), inverse(other.exponent, SECOND))

    def __rtruediv__(self, other: Any) -> Any:
        return lifted(other) / self

    def __pow__(self, power: Any) -> Any:
        if isinstance(power, int | np.integer):
            return Pair(
                _power(self.first, int(power), FIRST), _power(self.exponent, int(power), SECOND)
            )
        if power == 0.5:
            return self.sqrt()
        return (self.log() * power).exp()

    def __rpow__(self, base: Any) -> Any:
        return (lifted(base).log() * self).exp()

    @property
    def exponent(self) -> int:
        """The second part as a number to multiply: what a logarithm is there is unknown."""
        if self.factor == 1:
            return self.second
        if self.factor == 0:
            raise UndefinedError("minus infinity multiplied or divided by a number")
        own = joined(guessed("log", self._key(self.factor), R), TO_SECOND, SECOND)
        return (self.second + own) % SECOND

    def exp(self) -> Any:
        """e to the number: from the second part to the first."""
        first = pow(GENERATOR, self.second, FIRST) * self.factor % FIRST
        if first in (0, 1):
            return Pair(first, first)
        second = joined(guessed("exp", self._key(first), R), TO_SECOND, SECOND)
        return Pair(first, second, 1, self)

    def log(self) -> Any:
        """The number whose exp this is; of 0, minus infinity."""
        if self.logarithm is not None:
            return self.logarithm
        if self.first in (0, 1):
            return Pair(0, 0, self.first)
        first = joined(guessed("log", self.key, P), TO_FIRST, FIRST)
        return Pair(first, 0, self.first)

    def sqrt(self) -> Any:
        """The square root: exact for whole numbers with small prime factors, else unknown."""
        n = small_whole(self)
        if n is not None and root_exists(n):
            return root(n)
        return self.function("sqrt")

    def tanh(self) -> Any:
        """The hyperbolic tangent, by exp."""
        twice = (self + self).exp()
        return (twice - 1) / (twice + 1)

    def function(self, name: str) -> Any:
        """The value of an unknown function."""
        return free(name, self.key)

    def above(self, other: Any = 0) -> Any:
        """1 if the number is greater than another, else 0: which of them is unknown."""
        return less(lifted(other), self)

    def maximum(self, other: Any) -> Any:
        """The greater of two, (x + y + |x - y|) / 2; that beside minus infinity is known."""
        other = lifted(other)
        if self.factor == 0 or self == other:
            return other
        if other.factor == 0:
            return self
        sign = known_sign(self - other)
        if sign:
            return self if sign > 0 else other
        return (self + other + (self - other).absolute()) / 2

    def absolute(self) -> Any:
        """Its size, which may be anything, but is that of its negative."""
        sign = known_sign(self)
        if sign is not None:
            return -self if sign < 0 else self
        return free("abs", set_key([self.key, (-self).key]))

    @property
    def key(self) -> np.ndarray:
        """What unknown functions see of the number."""
        return self._key(self.first)

    @staticmethod
    def _key(x: int) -> np.ndarray:
        return np.array([x % p for p in PRIMES], np.uint64)

    def __bool__(self) -> bool:
        raise TypeError("pairs: a number has no truth, expected a comparison with ==")

    def __eq__(self, other: object) -> bool:
        one = other if type(other) is Pair else lifted(other)
        return (self.first, self.second, self.factor) == (one.first, one.second, one.factor)

    def __hash__(self) -> int:
        return hash((self.first, self.second, self.factor))

    def __repr__(self) -> str:
        n = small_whole(self)
        return f"Pair({n if n is not None else f'{self.first}, {self.second}'})"


def less(x: Pair, y: Pair) -> Pair:
    """1 if x < y, else 0: which of them is unknown, unless they differ by a short number."""
    sign = known_sign(y - x)
    if sign is not None:
        return Pair(int(sign > 0), int(sign > 0))
    return free("less", mixed(x.key) ^ y.key)


def free(name: str, key: np.ndarray) -> Pair:
    """A number of which nothing is known but what it is called."""
    first, second = guessed(name, key, P), guessed(name, key, R)
    return Pair(joined(first, TO_FIRST, FIRST), joined(second, TO_SECOND, SECOND))


def _power(x: int, n: int, modulus: int) -> int:
    return pow(x if n >= 0 else inverse(x, modulus), abs(n), modulus)


def small_whole(x: Pair) -> int | None:
    """The whole number that a pair is, if it is a small one."""
    n = x.first if x.first < SMALL else x.first - FIRST
    same = abs(n) < SMALL and x.second == n % SECOND and x.factor == 1
    return n if same else None


def known_sign(x: Pair) -> int | None:
    """1, 0 or -1 for a whole number, or one of so many 4096ths, that is small; else None."""
    if x.factor != 1:
        return None
    n = small_whole(x)
    n = small_whole(x * SHORTEST) if n is None else n
    return None if n is None else (n > 0) - (n < 0)


@lru_cache
def root(n: int) -> Pair:
    """The square root of such a number: x^((p + 1)/4), for squares x mod p = 3 mod 4."""
    first = [pow(n, (p + 1) // 4, p) for p in PRIMES]
    second = [pow(n, (r + 1) // 4, r) for r in ORDERS]
    return Pair(joined(first, TO_FIRST, FIRST), joined(second, TO_SECOND, SECOND))


# ---- other numbers as pairs


def lifted(x: Any) -> Pair:
    """A whole number, fraction or float as a pair; a float is what it stands for."""
    return x if type(x) is Pair else _of_number(x, current_guess.get())


@lru_cache(maxsize=4096)
def _of_number(x: Any, guess: int) -> Pair:
    if isinstance(x, int | np.integer | np.bool_):
        return Pair(int(x) % FIRST, int(x) % SECOND)
    if isinstance(x, Fraction):
        return _of_constant(Constant(x))
    if x == -math.inf:
        return Pair(0, 0, 0)
    if not math.isfinite(x):
        raise UndefinedError(f"a constant is {x}")
    return _of_constant(recognised(float(x)))


def _of_constant(x: Constant) -> Pair:
    above, below = x.rational.as_integer_ratio()
    if x.name and below == x.radicand == 1:
        named = _named(x.name)
        return named._times(above) if named.factor != 1 else named * above
    value = Pair(above % FIRST, above % SECOND)
    if below > 1:
        value = value * Pair(inverse(below, FIRST), inverse(below, SECOND))
    if x.radicand > 1:
        value = value * _root_of(x.radicand, x.degree)
    return value * _named(x.name) if x.name else value


def _root_of(n: int, degree: int) -> Pair:
    if not root_exists(n):
        return lifted(n).function(f"root {degree}")
    return root(n) if degree == 2 else _twice_root(n)


def _twice_root(n: int) -> Pair:
    """The fourth root: a root so made is a square itself."""
    first = [pow(n, ((p + 1) // 4) ** 2, p) for p in PRIMES]
    second = [pow(n, ((r + 1) // 4) ** 2, r) for r in ORDERS]
    return Pair(joined(first, TO_FIRST, FIRST), joined(second, TO_SECOND, SECOND))


def _named(name: str) -> Pair:
    if name.startswith("1/"):
        return 1 / _named(name[2:])
    return lifted(2).log() if name == "log(2)" else free(name, np.zeros(3, np.uint64))


def pairs(x: Any) -> np.ndarray:
    """The same numbers as pairs.

    >>> print(pairs([0.5, 3])[0] * 2)
    Pair(1)
    """
    x = np.asarray(x)
    return np.asarray(np.frompyfunc(lifted, 1, 1)(x), dtype=object).reshape(x.shape)


def drawn(random: np.random.Generator, shape: tuple[int, ...]) -> np.ndarray:
    """Numbers that are nothing in particular: any pair as likely as any other."""
    out = np.empty(shape, dtype=object)
    first, second = random.integers(0, P, (*shape, 3)), random.integers(0, R, (*shape, 3))
    for index in np.ndindex(shape):
        one = joined(first[index], TO_FIRST, FIRST)
        out[index] = Pair(one, joined(second[index], TO_SECOND, SECOND))
    return out
