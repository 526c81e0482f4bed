"""The checks that every function of this package makes before it computes.

Every error reads: capacity: argument has X, expected Y, because Z.
"""

from __future__ import annotations

import math
from functools import partial
from typing import Any

import numpy as np

from refmem.support import arguments

OWNER = "capacity"
check_number = partial(arguments.check_number, OWNER)
check_choice = partial(arguments.check_choice, OWNER)


def check_count(name: str, value: Any, what: str, least: int = 1) -> int:
    """A whole number of at least `least`; `what` says what it counts."""
    return arguments.check_count(OWNER, name, value, f"it counts {what}", least)


def check_size(name: str, value: Any, what: str, least: int = 1, *, most: int, why: str) -> int:
    """A whole number of things of which there may be too many."""
    size = check_count(name, value, what, least)
    if size > most:
        raise ValueError(
            f"capacity: {name} has value {size:.4g}, expected at most {most:.4g}, because {why}"
            if size < 10**300
            else f"capacity: {name} has {len(str(size))} digits, expected at most {most:.4g}, "
            f"because {why}"
        )
    return size


LARGEST = 10**15
WHOLE = "floats are whole numbers up to there"


def check_tau(tau: Any, dim: int) -> float:
    """The temperature; None is sqrt(dim), which attention divides its scores by."""
    if tau is None:
        return math.sqrt(dim)
    return check_number("tau", tau, "scores are divided by it", above=0)


def check_rows(name: str, x: Any, what: str) -> np.ndarray:
    """A matrix of finite floats with at least one row: one row for each of what it holds."""
    array = np.asarray(x)
    if array.dtype.kind not in "fiu":
        raise TypeError(
            f"capacity: {name} has entries of kind {array.dtype}, expected real floats, because "
            f"its rows are {what}"
        )
    if array.ndim != 2 or 0 in array.shape:
        raise ValueError(
            f"capacity: {name} has shape {array.shape}, expected (N, width) with both at least 1, "
            f"because its rows are {what}"
        )
    if not np.isfinite(array).all():
        raise ValueError(
            f"capacity: {name} has an entry that is not finite, expected finite numbers, because "
            "nothing can be concluded from it"
        )
    return array.astype(np.float64, copy=False)
