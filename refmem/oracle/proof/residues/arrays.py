"""Arrays of pairs (`refmem.algebra.pairs`) in machine words: what somebody's kernel is run on.

An entry has a residue for each of three pairs of primes: `first` mod p, `second` mod r, and the
`factor` of a logarithm. Primes are below 2^31, so a product of two residues fits 64 bits. NumPy's
own indexing, reshaping and views work on such arrays.

`kind` is what an entry is beside a number: minus or plus infinity, not a number; a maximum, which
is a number that may be any; or an input that is not negative, by the range that the rule gives it.
Whole numbers and masks of a kernel stay plain arrays.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from refmem.algebra.modular import ORDERS, PRIMES, SHORTEST, SMALL, P, R, guessed
from refmem.algebra.pairs import lifted

RESIDUES = np.dtype(
    [
        ("first", np.uint64, 3),
        ("second", np.uint64, 3),
        ("factor", np.uint64, 3),
        ("kind", np.uint8),
    ]
)
NUMBER, MINUS, PLUS, NAN, MAXIMUM, NOT_NEGATIVE = range(6)
ONE, HALF = np.uint64(1), np.uint64(1 << 16)
PARTS = (("first", P), ("second", R))


def is_residues(x: Any) -> bool:
    """Whether x is an array of this kind."""
    return isinstance(x, np.ndarray | np.generic) and x.dtype == RESIDUES


def made(first: np.ndarray, second: np.ndarray, factor: Any = ONE, kind: Any = NUMBER) -> Any:
    """An array of these parts."""
    out = np.empty(np.broadcast_shapes(first.shape, second.shape)[:-1], RESIDUES)
    out["first"], out["second"], out["factor"], out["kind"] = first, second, factor, kind
    return out


def zeros(shape: Any) -> np.ndarray:
    """An array of zeros."""
    out = np.zeros(shape, RESIDUES)
    out["factor"] = 1
    return out


def lift(x: Any) -> np.ndarray:
    """Any array of numbers, or of `Pair`s, as residues; floats are what they stand for."""
    if is_residues(x):
        return np.asarray(x)
    x = np.asarray(x)
    if x.dtype.kind in "biu":
        signed = x.astype(np.int64)[..., None]
        return made(*(np.mod(signed, m.astype(np.int64)).astype(np.uint64) for _, m in PARTS))
    out = zeros(x.shape)
    if x.dtype == object:
        for index in np.ndindex(x.shape):
            out[index] = of_number(x[index])
        return out
    values, places = np.unique(x, return_inverse=True)
    table = np.array([of_number(float(value)) for value in values], RESIDUES)
    return table[places].reshape(x.shape) if x.size else out


def of_number(x: Any) -> Any:
    """One entry."""
    if isinstance(x, float) and (x != x or x == np.inf):
        return ([0] * 3, [0] * 3, [1] * 3, NAN if x != x else PLUS)
    one = lifted(x)
    factor = [one.factor % p for p in PRIMES]
    kind = NUMBER if one.factor else MINUS
    first = [one.first % p for p in PRIMES]
    return (first, [one.second % r for r in ORDERS], factor if one.factor else [1] * 3, kind)


def odd(*arrays: np.ndarray) -> bool:
    """Whether any entry is infinite or not a number."""
    return any((plain_kind(x["kind"]) != NUMBER).any() for x in arrays)


def odd_entries(x: np.ndarray) -> np.ndarray:
    """Where entries are infinite or not a number."""
    return plain_kind(x["kind"]) != NUMBER


def plain_kind(kind: np.ndarray) -> np.ndarray:
    """The kind of an entry, a maximum's that of a number."""
    return np.where(kind >= MAXIMUM, NUMBER, kind)


def is_one(residues: np.ndarray) -> np.ndarray:
    """Where all three residues are one, with the axis of residues kept."""
    return (residues == 1).all(-1, keepdims=True)


def power_mod(x: np.ndarray, n: np.ndarray, moduli: np.ndarray) -> np.ndarray:
    """x^n mod the primes, by squaring."""
    x, n = np.broadcast_arrays(x, n)
    out, base = np.ones_like(x), x
    for bit in range(int(n.max(initial=0)).bit_length()):
        taken = (n >> np.uint64(bit)) & ONE == 1
        out = np.where(taken, out * base % moduli, out)
        base = base * base % moduli
    return out


def inverse(x: np.ndarray, moduli: np.ndarray) -> np.ndarray:
    """1/x mod the primes (Fermat); of zero, zero."""
    if (x == 1).all():
        return x
    return power_mod(x, moduli - np.uint64(2), moduli)


def exponent(x: np.ndarray) -> np.ndarray:
    """The second part as a number to multiply: what a logarithm is there is unknown."""
    if (x["factor"] == 1).all():
        return x["second"]
    own = guessed("log", x["factor"], R)
    return np.where(is_one(x["factor"]), x["second"], (x["second"] + own) % R)


def small_whole(x: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The whole numbers that entries are, and where they are small ones."""
    up, down = x["first"][..., 0], P[0] - x["first"][..., 0]
    positive = (x["first"] == up[..., None]) & (x["second"] == up[..., None])
    negative = (P - x["first"] == down[..., None]) & (R - x["second"] == down[..., None])
    above, below = positive.all(-1) & (up < SMALL), negative.all(-1) & (down < SMALL)
    values = np.where(below, -down.astype(np.int64), up.astype(np.int64))
    plain = (x["factor"] == 1).all(-1) & (plain_kind(x["kind"]) == NUMBER)
    return values, (above | below) & plain


def known_signs(x: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """1, 0 or -1, and where that is known: of small whole numbers, and of so many 4096ths."""
    values, known = small_whole(x)
    if not known.all():
        times = np.uint64(SHORTEST)
        more = made(x["first"] * times % P, x["second"] * times % R, x["factor"], x["kind"])
        others, also = small_whole(more)
        values, known = np.where(known, values, others), known | also
    return np.sign(values), known
