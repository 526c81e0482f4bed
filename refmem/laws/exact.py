"""Comparisons with no tolerance in them. Each returns nothing and raises, saying where and what.

    assert_same(got, want, what)            the same entries, shapes and kinds
    assert_within(got, want, bound, what)   floats, no further than a derived bound from the truth

Both take arrays, or results and states made of arrays. Numbers without `==` are intervals: they are
the same if they overlap and are narrow, for two wide ones would always overlap.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from refmem.algebra.numbers import rationals
from refmem.laws.systems import flint


def assert_same(got: Any, want: Any, what: str) -> None:
    """Raise unless both have the same structure, shapes, dtypes and, by `==`, entries."""
    for where, one, other in _leaves(got, want, what):
        _assert_same_kind(one, other, where)
        if _are_intervals(one, other):
            assert_enclosures_overlap(one, other, where)
            continue
        _raise_at(np.asarray(one != other, dtype=bool), one, other, where)


def assert_enclosures_overlap(got: Any, want: Any, what: str) -> None:
    """Raise unless every two intervals share a point, and both are narrow."""
    for where, one, other in _leaves(got, want, what):
        _assert_same_kind(one, other, where)
        overlap = np.frompyfunc(_overlap, 2, 1)(one, other)
        _raise_at(~np.asarray(overlap, dtype=bool), one, other, where)


def assert_within(got: Any, want: Any, bound: Any, what: str) -> None:
    """Raise unless floats `got` are at most `bound` from `want`; both of those are exact.

    `want` and `bound` are rationals or intervals; of an interval every point has to be that near.
    """
    for (where, one, other), (_, _, most) in zip(
        _leaves(got, want, what), _leaves(got, bound, what), strict=True
    ):
        if one is None and other is None:
            continue
        if not isinstance(one, np.ndarray) or one.dtype.kind != "f":
            raise AssertionError(f"{where} is {_kind(one)}, expected an array of real floats")
        _assert_same_shape(one, other, where)
        _assert_same_shape(one, most, where)
        _raise_at(~np.isfinite(one), one, other, where)
        if not all(flint().arb(entry).is_finite() for entry in most.flat):
            raise AssertionError(f"{where} has no finite bound, so nothing can be outside it")
        error = abs(rationals(one) - other) - most
        _raise_at(~np.asarray(error <= 0, dtype=bool), one, other, where)


def _leaves(got: Any, want: Any, where: str) -> Iterator[tuple[str, Any, Any]]:
    """Every two arrays that stand at the same place, with a name for the place."""
    if got is None and want is None:
        return
    if not isinstance(want, tuple | list):
        yield where, got, want
        return
    if type(got) is not type(want) or len(got) != len(want):
        raise AssertionError(f"{where} is {_kind(got)}, expected {_kind(want)}")
    names = getattr(want, "_fields", range(len(want)))
    for name, one, other in zip(names, got, want, strict=True):
        yield from _leaves(
            one, other, f"{where}: {name}" if ":" not in where else f"{where}.{name}"
        )


def _kind(x: Any) -> str:
    if isinstance(x, tuple | list):
        return f"{type(x).__name__} of length {len(x)}"
    return f"{type(x).__name__} of {x.dtype}" if isinstance(x, np.ndarray) else type(x).__name__


def _assert_same_kind(one: Any, other: Any, where: str) -> None:
    if _kind(one) != _kind(other):
        raise AssertionError(f"{where} is {_kind(one)}, expected {_kind(other)}")
    if one is not None:
        _assert_same_shape(one, other, where)


def _assert_same_shape(one: np.ndarray, other: np.ndarray, where: str) -> None:
    if one.shape != other.shape:
        raise AssertionError(f"{where} has shape {one.shape}, expected {other.shape}")


def _raise_at(wrong: np.ndarray, one: np.ndarray, other: np.ndarray, where: str) -> None:
    """Raise at the first entry that is wrong."""
    if wrong.any():
        index = tuple(int(i) for i in np.argwhere(wrong)[0])
        raise AssertionError(
            f"{where}[{', '.join(map(str, index))}] is {one[index]!r}, expected {other[index]!r}; "
            f"{wrong.sum()} of {wrong.size} entries differ"
        )


def _are_intervals(*arrays: Any) -> bool:
    return any(
        type(entry).__name__ in ("arb", "acb")
        for x in arrays
        if isinstance(x, np.ndarray) and x.dtype == object
        for entry in x.flat
    )


def _overlap(x: Any, y: Any) -> bool:
    if isinstance(x, int) or isinstance(y, int):
        return bool(x == y)
    return _is_narrow(x) and _is_narrow(y) and x.overlaps(y)


def _is_narrow(x: Any) -> bool:
    """Whether at least a quarter of the working precision is left: of 256 bits, 64."""
    arb, bits = flint().arb, flint().ctx.prec // 4
    parts = (x.real, x.imag) if type(x).__name__ == "acb" else (x,)
    return all(
        part.is_finite() and part.rad() <= arb(2) ** -bits * (1 + abs(part)) for part in parts
    )
