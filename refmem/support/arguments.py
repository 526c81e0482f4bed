"""Checks of numbers and names, made before anything is computed.

Every error reads: owner: argument has X, expected Y, because Z; `owner` is what was called.
TypeError for another kind of thing, ValueError for another value. Arrays that a rule takes are
checked by `refmem.grammar.binding`.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import Any

import numpy as np

from refmem.support.wording import nearest_name


class ChoiceError(ValueError):
    """A rule, case, dtype or target was asked for that does not exist."""


def check_count(owner: str, name: str, value: Any, why: str, least: int = 1) -> int:
    """A whole number of at least `least`.

    >>> check_count("swaps", "n", 1, "one thing cannot change its place", least=2)
    Traceback (most recent call last):
    ValueError: swaps: n has value 1, expected at least 2, because one thing cannot change its place
    """
    if not isinstance(value, int | np.integer) or isinstance(value, bool):
        raise TypeError(
            f"{owner}: {name} has value {value!r}, expected a whole number, because {why}"
        )
    if value < least:
        raise ValueError(
            f"{owner}: {name} has value {value}, expected at least {least}, because {why}"
        )
    return int(value)


def check_number(
    owner: str,
    name: str,
    value: Any,
    why: str,
    *,
    above: float | None = None,
    least: float | None = None,
    most: float | None = None,
    below: float | None = None,
) -> float:
    """A finite real number within the bounds that are given.

    >>> check_number("Delta", "beta", 3.0, "any other makes errors larger", least=0, most=2)
    Traceback (most recent call last):
    ValueError: Delta: beta has value 3.0, expected at least 0 and at most 2, because any other makes errors larger
    """  # noqa: E501
    if not isinstance(value, int | float | np.integer | np.floating) or isinstance(value, bool):
        raise TypeError(
            f"{owner}: {name} has value {value!r}, expected a real number, because {why}"
        )
    bounds = (
        ("more than", above, above is None or value > above),
        ("at least", least, least is None or value >= least),
        ("at most", most, most is None or value <= most),
        ("less than", below, below is None or value < below),
    )
    if not math.isfinite(value) or not all(kept for _, _, kept in bounds):
        wanted = " and ".join(f"{word} {bound:g}" for word, bound, _ in bounds if bound is not None)
        if not math.isfinite(value):
            wanted = f"a finite number {wanted}".rstrip()
        raise ValueError(f"{owner}: {name} has value {value}, expected {wanted}, because {why}")
    return float(value)


def check_choice(owner: str, name: str, value: Any, known: Iterable[str], why: str) -> str:
    """One of the known names.

    >>> check_choice("memory", "name", "delte", ["averaged", "delta"], "these exist")
    Traceback (most recent call last):
    ValueError: memory: name has value 'delte', expected one of averaged, delta, because these exist, did you mean 'delta'?
    """  # noqa: E501
    known = list(known)
    if value not in known:
        raise ValueError(
            f"{owner}: {name} has value {value!r}, expected one of {', '.join(known)}, because "
            f"{why}{nearest_name(str(value), known)}"
        )
    return value
