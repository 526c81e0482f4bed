"""Choosing among numbers: what is largest, and which sign."""

from __future__ import annotations

import numpy as np

from refmem.algebra import ones
from refmem.algebra.numbers import UnsupportedNumberError, system_of


def largest(x: np.ndarray, count: int) -> np.ndarray:
    """Which `count` entries of every row are its largest, as a mask; of equal ones the first.

    >>> largest(np.array([[1., 3., 3., 2.]]), 2)
    array([[False,  True,  True, False]])
    """
    entries = _ordered("largest", x)
    mask = np.zeros(entries.shape, dtype=bool)
    if entries.dtype != object:
        order = np.argsort(-entries, axis=-1, kind="stable")[..., :count]
        np.put_along_axis(mask, order, True, axis=-1)
        return mask
    for index in np.ndindex(entries.shape[:-1]):
        row = entries[index]
        mask[index][sorted(range(len(row)), key=row.__getitem__, reverse=True)[:count]] = True
    return mask


def sign(x: np.ndarray, otherwise: np.ndarray) -> np.ndarray:
    """1 where x is positive, -1 where it is negative, else what it is otherwise.

    >>> sign(np.array([3., -2., 0.]), np.array([-1., -1., -1.]))
    array([ 1., -1., -1.])
    """
    entries, one = _ordered("sign", x), ones((1,), x)
    up, down = (np.asarray(side, dtype=bool) for side in (entries > 0, entries < 0))
    return np.where(up, one, np.where(down, -one, otherwise))


def _ordered(what: str, x: np.ndarray) -> np.ndarray:
    """Plain entries that can be compared: real parts of complex numbers, first terms of series."""
    entries = x.real
    if entries.dtype == object and "first term" in system_of(entries).functions:
        entries = system_of(entries).apply("first term", entries)
    if entries.dtype == object and not system_of(entries).ordered:
        raise UnsupportedNumberError(
            f"{what} has numbers of kind {system_of(entries).name}, expected floats, fractions or "
            "intervals, because these have an order"
        )
    return entries
