"""A call may name an activation, a kernel or a feature map in place of passing one."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeVar

from refmem.support.wording import nearest_name

Kind = TypeVar("Kind")


def find(what: str, kind: type[Kind], known: Mapping[str, Kind], given: Kind | str) -> Kind:
    """One of a kind, or of those that are known the one of that name.

    >>> find("number", int, {"one": 1, "two": 2}, "two")
    2
    >>> find("number", int, {"one": 1, "two": 2}, "tow")
    Traceback (most recent call last):
    ValueError: number: name has value 'tow', expected one of one, two or an int, because these exist, did you mean 'two'?
    """  # noqa: E501
    if isinstance(given, kind):
        return given
    if not isinstance(given, str) or given not in known:
        article = "an" if kind.__name__[0] in "AEIOUaeiou" else "a"
        raise ValueError(
            f"{what}: name has value {given!r}, expected one of {', '.join(known)} or {article} "
            f"{kind.__name__}, because these exist{nearest_name(str(given), known)}"
        )
    return known[given]
