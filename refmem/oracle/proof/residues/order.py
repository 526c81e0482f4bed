"""Order, of which nothing is known: a maximum is any number, the same for the same arguments."""

from __future__ import annotations

from typing import Any

import numpy as np

from refmem.algebra.modular import P, mixed
from refmem.oracle.proof.residues.arithmetic import add, multiply, negative, subtract
from refmem.oracle.proof.residues.arrays import (
    MAXIMUM,
    MINUS,
    NAN,
    NOT_NEGATIVE,
    ONE,
    PLUS,
    is_residues,
    known_signs,
    lift,
    odd,
    odd_entries,
    plain_kind,
)
from refmem.oracle.proof.residues.functions import exp, free


def maximum(x: Any, y: Any) -> Any:
    """The greater of two, (x + y + |x - y|) / 2; that beside minus infinity is known."""
    x, y = np.broadcast_arrays(lift(x), lift(y))
    odds = odd_entries(x) | odd_entries(y)
    if odds.any():
        both = largest(np.stack([x, y]), 0)
        x, y = (np.where(odds, lift(0), z) for z in (x, y))
        return np.where(odds, both, maximum(x, y))
    difference = subtract(x, y)
    out = multiply(add(add(x, y), absolute(difference)), 0.5)
    out["kind"] = MAXIMUM
    signs, known = ordered(x, y)
    known |= same(x, y)
    return np.where(known, np.where(signs > 0, x, y), out)


def ordered(x: np.ndarray, y: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The sign of x - y, and where it is known; what is not negative is taken for more than 0."""
    signs, known = known_signs(subtract(x, y))
    for one, other, sign in ((x, y, 1), (y, x, -1)):
        if (one["kind"] == NOT_NEGATIVE).any():
            of_other, fixed = known_signs(other)
            more = (one["kind"] == NOT_NEGATIVE) & fixed & (of_other <= 0)
            signs, known = np.where(more, sign, signs), known | more
    return signs, known


def absolute(x: Any) -> Any:
    """The size of a number, which may be anything, but is that of its negative."""
    x = lift(x)
    with np.errstate(over="ignore"):
        out = free("abs", mixed(x["first"]) + mixed((P - x["first"]) % P))
    out["kind"] = np.where(x["kind"] == MINUS, PLUS, plain_kind(x["kind"]))
    signs, known = known_signs(x)
    return np.where(known, np.where(signs < 0, negative(x), x), out)


def minimum(x: Any, y: Any) -> Any:
    """The less of two."""
    return negative(maximum(negative(x), negative(y)))


def largest(x: np.ndarray, axis: int, keepdims: bool = False) -> Any:
    """The greatest along an axis; which of many, nobody knows, in whatever order they are."""
    if x.shape[axis] == 2 and not odd(x):
        out = maximum(*np.moveaxis(x, axis, 0))
        return np.expand_dims(out, axis) if keepdims else out
    rows = np.moveaxis(x, axis, 0)
    order = np.where(odd_entries(rows), np.uint64(1 << 40), rows["first"][..., 0]).argsort(0)
    rows = np.take_along_axis(rows, order, 0)
    numbers = ~odd_entries(rows)
    repeated = np.zeros(rows.shape, bool)
    repeated[1:] = (rows["first"][1:] == rows["first"][:-1]).all(-1)
    counted = numbers & ~repeated
    with np.errstate(over="ignore"):
        key = (mixed(rows["first"]) * counted[..., None].astype(np.uint64)).sum(0, dtype=np.uint64)
    out = free("max", key)
    out["kind"] = MAXIMUM
    alone = counted.sum(0) == 1
    place = counted.argmax(0)
    picked = np.take_along_axis(rows, place[None], 0)[0]
    out = np.where(alone, picked, out)
    empty, infinite, bad = counted.sum(0) == 0, (rows["kind"] == PLUS).any(0), rows["kind"] == NAN
    kind = np.where(bad.any(0), NAN, np.where(infinite, PLUS, np.where(empty, MINUS, out["kind"])))
    out["kind"] = kind
    out["factor"] = np.where((kind == MINUS)[..., None], ONE, out["factor"])
    return np.expand_dims(out, axis) if keepdims else out


def less(x: Any, y: Any) -> Any:
    """Whether x < y: a mask where it is known, else a number for each pair of arguments."""
    x, y = np.broadcast_arrays(lift(x), lift(y))
    signs, known = ordered(y, x)
    known = known | same(x, y) | odd_entries(x) | odd_entries(y)
    answer = (
        ((signs > 0) & ~odd_entries(x) & ~odd_entries(y))
        | ((x["kind"] == MINUS) & (y["kind"] != MINUS) & (y["kind"] != NAN))
        | ((y["kind"] == PLUS) & (x["kind"] != PLUS) & (x["kind"] != NAN))
    )
    if known.all():
        return answer
    guess = free("less", mixed(x["first"]) ^ y["first"])
    return np.where(known, lift(answer), guess)


def equal(x: Any, y: Any) -> Any:
    """Whether x = y: of drawn numbers, whether they are one number; of a maximum, unknown."""
    x, y = np.broadcast_arrays(lift(x), lift(y))
    answer = same(x, y)
    either = ((x["kind"] == MAXIMUM) | (y["kind"] == MAXIMUM)) & ~odd_entries(x) & ~odd_entries(y)
    unsure = either & ~answer
    if not unsure.any():
        return answer
    with np.errstate(over="ignore"):
        guess = free("equal", mixed(x["first"]) + mixed(y["first"]))
    return np.where(unsure, guess, lift(answer))


def not_(mask: Any) -> Any:
    """The opposite of a mask, or of numbers that stand for one."""
    return subtract(1, mask) if is_residues(mask) else ~np.asarray(mask, bool)


def where(mask: Any, x: Any, y: Any) -> Any:
    """x where the mask holds, else y; with numbers for a mask, mask x + (1 - mask) y."""
    if is_residues(mask):
        return add(multiply(mask, x), multiply(not_(mask), y))
    if not (is_residues(x) or is_residues(y)):
        return np.where(np.asarray(mask, bool), x, y)
    return np.where(np.asarray(mask, bool), lift(x), lift(y))


def same(x: np.ndarray, y: np.ndarray) -> np.ndarray:
    """Where two arrays have the same number, or the same infinity."""
    number = (x["first"] == y["first"]).all(-1) & ~odd_entries(x) & ~odd_entries(y)
    exps = (exp(x)["first"] == exp(y)["first"]).all(-1) if _has_logs(x, y) else number
    infinite = odd_entries(x) & (x["kind"] == y["kind"]) & (x["kind"] != NAN)
    return (number | (exps & ~odd_entries(x) & ~odd_entries(y))) | infinite


def _has_logs(x: np.ndarray, y: np.ndarray) -> bool:
    return bool((x["factor"] != 1).any() or (y["factor"] != 1).any())
