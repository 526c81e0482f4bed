"""The checks that every function of this package makes before it computes.

Every error reads: capacity: argument has X, expected Y, because Z.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import Any

import numpy as np

from refmem.signature import nearest_name


def check_count(name: str, value: Any, what: str, least: int = 1) -> int:
    """A whole number of at least `least`; `what` says what it counts."""
    if not isinstance(value, int | np.integer) or isinstance(value, bool):
        raise TypeError(
            f"capacity: {name} has value {value!r}, expected a whole number, because it counts "
            f"{what}"
        )
    if value < least:
        raise ValueError(
            f"capacity: {name} has value {value}, expected at least {least}, because it counts "
            f"{what}"
        )
    return int(value)


def check_number(
    name: str,
    value: Any,
    why: str,
    *,
    above: float | None = None,
    least: float | None = None,
    most: float | None = None,
) -> float:
    """A finite real number in a range."""
    if not isinstance(value, int | float | np.integer | np.floating) or isinstance(value, bool):
        raise TypeError(
            f"capacity: {name} has value {value!r}, expected a real number, because {why}"
        )
    bounds = (
        ("more than", above, above is None or value > above),
        ("at least", least, least is None or value >= least),
        ("at most", most, most is None or value <= most),
    )
    if not math.isfinite(value) or not all(kept for _, _, kept in bounds):
        wanted = " and ".join(f"{word} {bound:g}" for word, bound, _ in bounds if bound is not None)
        raise ValueError(
            f"capacity: {name} has value {value}, expected {wanted or 'a finite number'}, because "
            f"{why}"
        )
    return float(value)


def check_tau(tau: Any, dim: int) -> float:
    """The temperature; None is sqrt(dim), which attention divides its scores by."""
    if tau is None:
        return math.sqrt(dim)
    return check_number("tau", tau, "scores are divided by it", above=0)


def check_choice(name: str, value: Any, known: Iterable[str], why: str) -> str:
    """One of the known names."""
    known = list(known)
    if value not in known:
        raise ValueError(
            f"capacity: {name} has value {value!r}, expected one of {', '.join(known)}, because "
            f"{why}{nearest_name(str(value), known)}"
        )
    return value


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
