"""Keys that are nearly orthogonal: more of them than dimensions, told apart by rounding.

A memory that rounds the inner products of keys k_i, and of differences of two of them, reads them
without an error if each is less than 1/2 from what orthogonal keys would have:

    (k_i - k_j) . (k_a - k_b)      two overlaps with a plus, two with a minus
    slack = 2 (highest overlap - lowest overlap) < 1/2        0 counts as an overlap

So overlaps of either sign have to stay below 1/8, and overlaps that are never negative below 1/4.
Vectors are whole numbers of one squared length; inner products are over that, as exact fractions.

Proof:  derivations/expressivity/exchange.py, derivations/expressivity/polynomial_keys.py,
        derivations/expressivity/key_count.py
"""

from __future__ import annotations

import math
from fractions import Fraction
from itertools import count
from typing import NamedTuple

import numpy as np

from refmem.support.arguments import check_count

DRAWS = 200_000
"""Random keys that are tried before `random_keys` gives up."""

BATCH = 1024


class Keys(NamedTuple):
    """n keys of d whole numbers and their common squared length.

    >>> orthogonal_keys(3).slack, polynomial_keys(512).vectors.shape, polynomial_keys(512).slack
    (Fraction(0, 1), (512, 99), Fraction(4, 9))
    """

    vectors: np.ndarray
    norm2: int

    @property
    def scale(self) -> Fraction:
        """What makes an inner product of two keys that of two unit vectors."""
        return Fraction(1, self.norm2)

    @property
    def slack(self) -> Fraction:
        """The furthest that an inner product of differences is from that of orthogonal keys."""
        products = self.vectors @ self.vectors.T
        between = products[~np.eye(len(products), dtype=bool)]
        spread = between.max(initial=0) - between.min(initial=0)
        return 2 * Fraction(int(spread), self.norm2)


def orthogonal_keys(n: int) -> Keys:
    """The unit vectors of n dimensions."""
    return Keys(np.eye(n, dtype=int), 1)


def polynomial_keys(n: int) -> Keys:
    """A deterministic code: key i is the graph of the polynomial over a prime field of p elements
    whose coefficients are the digits of i in base p, at 4 r + 1 points.

    Two polynomials of degree r agree in r points at most, so overlaps are 0 to r/(4 r + 1) < 1/4,
    for p^(r + 1) keys in d = (4 r + 1) p dimensions. r and p are those of the smallest d, which
    grows like 16 (ln(n)/ln(p))^2.

    >>> [polynomial_keys(n).vectors.shape[1] for n in (32, 512, 10_000)]
    [35, 99, 169]
    """
    require_two(n)
    degree, prime = _smallest_code(n)
    points = np.arange(4 * degree + 1)
    digits = np.arange(n)[:, None] // prime ** np.arange(degree + 1) % prime
    values = digits @ points ** np.arange(degree + 1)[:, None] % prime
    vectors = (values[..., None] == np.arange(prime)).astype(int)
    return Keys(vectors.reshape(n, -1), len(points))


def _smallest_code(n: int) -> tuple[int, int]:
    """Degree and prime of the narrowest code that has n words.

    From degree log2(n) on the first prime is enough, so that a larger degree only widens it.
    """
    codes = []
    for degree in range(1, n.bit_length() + 1):
        points = 4 * degree + 1
        prime = next(p for p in count(points) if p ** (degree + 1) >= n and _is_prime(p))
        codes.append((points * prime, degree, prime))
    _, degree, prime = min(codes)
    return degree, prime


def _is_prime(p: int) -> bool:
    return p > 1 and all(p % divisor for divisor in range(2, math.isqrt(p) + 1))


def random_keys(n: int, d: int, rng: np.random.Generator, draws: int = DRAWS) -> Keys:
    """n keys of d random signs: one that overlaps an earlier key by 1/8 or more is drawn again.

    From d = 128 ln(4 (n - 1)) on, at least every second draw is taken; less is a matter of luck.
    ValueError where no such keys exist, and where so many draws do not find them.

    >>> random_keys(16, 128, np.random.default_rng(0)).slack < Fraction(1, 2)
    True
    """
    require_two(n)
    _require_room(n, d)
    kept = np.empty((0, d), np.float32)
    for start in range(0, draws, BATCH):
        bits = rng.integers(0, 2, (min(BATCH, draws - start), d), np.int8)
        drawn = 2 * bits.astype(np.float32) - 1
        for key in drawn[_are_apart(kept, drawn)]:
            if _are_apart(kept, key[None])[0]:
                kept = np.concatenate([kept, key[None]])
        if len(kept) >= n:
            return Keys(kept[:n].astype(int), d)
    raise ValueError(
        f"keys: d has value {d}, expected at least {sufficient_width(n)}, because {draws} draws "
        f"found {len(kept)} of {n} keys with overlaps below 1/8, and from 128 ln(4 (n - 1)) on "
        "every second draw is one"
    )


def _are_apart(kept: np.ndarray, drawn: np.ndarray) -> np.ndarray:
    """Which of the drawn keys overlap each kept one by less than 1/8: float32 counts exactly."""
    return (8 * abs(drawn @ kept.T) < drawn.shape[1]).all(1)


def sufficient_width(n: int) -> int:
    """The d from which at least every second random key can be kept: 128 ln(4 (n - 1)).

    >>> sufficient_width(512)
    976
    """
    return math.ceil(128 * math.log(4 * (n - 1)))


def necessary_width(n: int) -> int:
    """The least d in which the Welch bound leaves room for n overlaps below 1/8.

    max overlap^2 >= (n - d)/(d (n - 1)), so d > 64 n/(n + 63).

    >>> necessary_width(512)
    57
    """
    return 64 * n // (n + 63) + 1


def _require_room(n: int, d: int) -> None:
    least = necessary_width(n)
    if d < least:
        raise ValueError(
            f"keys: d has value {d}, expected at least {least}, because of any {n} unit vectors of "
            "fewer dimensions two overlap by 1/8 (Welch 1974: d > 64 n/(n + 63))"
        )


def narrowest_keys(n: int) -> Keys:
    """The narrower of orthogonal keys and the polynomial code.

    >>> narrowest_keys(5).vectors.shape, narrowest_keys(64).vectors.shape
    ((5, 5), (64, 55))
    """
    require_two(n)
    degree, prime = _smallest_code(n)
    return polynomial_keys(n) if (4 * degree + 1) * prime < n else orthogonal_keys(n)


def require_two(n: int) -> None:
    """ValueError unless there are two keys to tell apart."""
    check_count("keys", "n", n, "one key has nothing to be told apart from", least=2)
