"""Residues modulo three safe primes, and unknown functions of them.

What `refmem.algebra.pairs` and `refmem.oracle.proof` share: the primes, Chinese remainders, and
random numbers that stand for the values of unknown functions.
"""

from __future__ import annotations

import contextlib
import math
import zlib
from collections.abc import Iterable, Iterator
from contextvars import ContextVar
from fractions import Fraction
from typing import Any

import numpy as np

PRIMES = (2147024879, 2145341519, 2144751839)
"""The largest safe primes below 2^31 for which 2, 3, 5, 7, 11 and 13 are squares mod p and r."""
ORDERS = tuple((p - 1) // 2 for p in PRIMES)
FIRST, SECOND = math.prod(PRIMES), math.prod(ORDERS)
GENERATOR = 4
"""A square other than 1, so its order is r, mod each p."""
P, R = np.array(PRIMES, np.uint64), np.array(ORDERS, np.uint64)
SMALL = 1 << 20
"""What is equal to a whole number below this in six fields is that number."""
SHORTEST = 1 << 12
"""Denominators of constants whose order is known."""
_SHIFTS = tuple(np.uint64(n) for n in (30, 27, 31))
_FACTORS = tuple(np.uint64(n) for n in (0xBF58476D1CE4E5B9, 0x94D049BB133111EB))


class UndefinedError(ArithmeticError):
    """0/0, a logarithm of nothing, minus infinity less itself: not a number."""


def mixed(x: np.ndarray) -> np.ndarray:
    """Every bit of 64 made to depend on all others (SplitMix64, Steele et al. 2014)."""
    with np.errstate(over="ignore"):
        x = (x ^ (x >> _SHIFTS[0])) * _FACTORS[0]
        x = (x ^ (x >> _SHIFTS[1])) * _FACTORS[1]
        return x ^ (x >> _SHIFTS[2])


def unknown(name: str, key: np.ndarray, moduli: np.ndarray) -> np.ndarray:
    """The values of an unknown function of that name: residues for each residue of the key."""
    salt = np.uint64(zlib.crc32(name.encode()) << 31)
    return mixed(mixed(key ^ salt) + moduli) % moduli


current_guess: ContextVar[int] = ContextVar("guess", default=0)


def guessed(name: str, key: np.ndarray, moduli: np.ndarray) -> np.ndarray:
    """`unknown`, other values within `other_guesses`."""
    return unknown(f"{name}{current_guess.get() or ''}", key, moduli)


@contextlib.contextmanager
def other_guesses() -> Iterator[None]:
    """While this holds, unknown functions and maxima have other values: what changes, depends on
    them."""
    before = current_guess.set(current_guess.get() + 1)
    try:
        yield
    finally:
        current_guess.reset(before)


def set_key(keys: Iterable[np.ndarray]) -> np.ndarray:
    """One key of several, whatever their order."""
    with np.errstate(over="ignore"):
        return sum((mixed(key) for key in keys), np.zeros(3, np.uint64))


def _joiner(primes: tuple[int, ...]) -> tuple[int, ...]:
    """What residues are multiplied by to give the number that has them (Chinese remainders)."""
    whole = math.prod(primes)
    return tuple(whole // p * pow(whole // p, -1, p) for p in primes)


TO_FIRST, TO_SECOND = _joiner(PRIMES), _joiner(ORDERS)


def joined(residues: Iterable[Any], weights: tuple[int, ...], modulus: int) -> int:
    """The number with these residues."""
    return sum(int(x) * w for x, w in zip(residues, weights, strict=True)) % modulus


def joined_first(residues: Iterable[Any]) -> int:
    """The first part with these residues mod each p."""
    return joined(residues, TO_FIRST, FIRST)


def inverse(x: int, modulus: int) -> int:
    """1/x; of what has none, `UndefinedError`."""
    try:
        return pow(x, -1, modulus)
    except ValueError:
        raise UndefinedError("a division by zero") from None


def as_fraction(first: int, most: int = 1 << 40) -> Fraction | None:
    """The fraction of small numbers that a first part is, if it is one (continued fractions)."""
    above, below = (FIRST, 0), (first % FIRST, 1)
    while below[0] > most:
        q = above[0] // below[0]
        above, below = below, (above[0] - q * below[0], above[1] - q * below[1])
    numerator, denominator = below
    small = 0 < abs(denominator) <= most
    return Fraction(numerator, denominator) if small else None


def root_exists(n: int) -> bool:
    """Whether a whole number has only prime factors whose roots are exact here."""
    for prime in (2, 3, 5, 7, 11, 13):
        while n > 0 and n % prime == 0:
            n //= prime
    return n in (0, 1)
