"""What values an input or an option may have: checked before any arithmetic."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from refmem.grammar.kinds import ABOVE_ZERO, Kind


class Option(NamedTuple):
    """An argument of a rule that is no array, where its default does not say enough.

    default   what it is unless given
    least     of a whole number, where `default` is one or `whole` says so
    whole     whether it counts although it has no default
    laws      what laws take, where the default shows nothing in a few tokens
    cases     what cases take, likewise
    """

    default: Any
    least: int = 1
    whole: bool = False
    laws: Any = None
    cases: Any = None


def as_option(said: Any) -> Option:
    """An option as a rule says it: in full, or by its default alone."""
    return said if isinstance(said, Option) else Option(said)


def check_option(rule: str, name: str, value: Any, option: Option) -> None:
    """An option that counts is a whole number, one that switches is True or False."""
    if isinstance(option.default, bool):
        if not isinstance(value, bool):
            raise TypeError(
                f"{rule}: {name} has value {value!r}, expected True or False, because it switches"
            )
        return
    if value is option.default is None or not (option.whole or isinstance(option.default, int)):
        return
    whole = isinstance(value, int | np.integer) and not isinstance(value, bool)
    if not whole or value < option.least:
        raise ValueError(
            f"{rule}: {name} has value {value!r}, expected {'None or ' * (option.default is None)}"
            f"a whole number of at least {option.least}, because it counts"
        )


def check_range(rule: str, name: str, kind: Kind, x: np.ndarray) -> None:
    """Real floats are in the range of their kind, and NaN only where it may be."""
    if kind.nan or x.dtype == object or not x.size:
        return
    least, most = x.min(), x.max()
    if np.isnan(least):
        raise ValueError(f"{rule}: {name} has NaN, expected numbers, because a gate is a number")
    if x.dtype.kind == "f" and (least < kind.least or most > kind.most):
        raise ValueError(
            f"{rule}: {name} has values from {least:.3g} to {most:.3g}, expected "
            f"{_interval(kind.least, kind.most)}, because {kind.why}"
        )


def _interval(low: float, high: float) -> str:
    if low == ABOVE_ZERO:
        return "more than 0"
    if np.isinf(low):
        return f"at most {high:g}"
    return f"at least {low:g}" if np.isinf(high) else f"[{low:g}, {high:g}]"
