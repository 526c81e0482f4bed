"""What values an input or an option may have: checked before any arithmetic."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from refmem.grammar.kinds import ABOVE_ZERO, Kind
from refmem.support.wording import nearest_name


class Option(NamedTuple):
    """An argument of a rule that is no array, where its default does not say enough.

    default   what it is unless given
    least     of a whole number, where `default` is one or `whole` says so
    whole     whether it counts although it has no default
    size      whether it is a number above zero although it has no default
    names     what it may be, if it is one of several words
    laws      what laws take, where the default shows nothing in a few tokens
    cases     what cases take, likewise
    varied    what cases take in turn where they are about this option: values, functions of how
              many tokens there are, or several options at once by name; () is by its kind
    """

    default: Any
    least: int = 1
    whole: bool = False
    size: bool = False
    names: tuple[str, ...] = ()
    laws: Any = None
    cases: Any = None
    varied: tuple[Any, ...] = ()


def as_option(said: Any) -> Option:
    """An option as a rule says it: in full, or by its default alone."""
    return said if isinstance(said, Option) else Option(said)


def check_option(rule: str, name: str, value: Any, option: Option) -> None:
    """A count is a whole number, a switch True or False, a size above zero, a word one of some."""
    if isinstance(option.default, bool):
        if not isinstance(value, bool):
            raise TypeError(
                f"{rule}: {name} has value {value!r}, expected True or False, because it switches"
            )
    elif option.names:
        if value not in option.names:
            raise ValueError(
                f"{rule}: {name} has value {value!r}, expected one of {', '.join(option.names)}, "
                f"because these exist{nearest_name(str(value), option.names)}"
            )
    elif value is not None or option.default is not None:
        _check_number(rule, name, value, option)


def _check_number(rule: str, name: str, value: Any, option: Option) -> None:
    none = "None or " * (option.default is None)
    if option.whole or isinstance(option.default, int):
        if not _is(value, int, np.integer) or value < option.least:
            raise ValueError(
                f"{rule}: {name} has value {value!r}, expected {none}a whole number of at least "
                f"{option.least}, because it counts"
            )
    elif option.size and not (_is(value, int, float, np.number) and 0 < value < np.inf):
        raise ValueError(
            f"{rule}: {name} has value {value!r}, expected {none}a number above 0, because it is a "
            "size"
        )


def _is(value: Any, *kinds: type) -> bool:
    return isinstance(value, kinds) and not isinstance(value, bool)


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
