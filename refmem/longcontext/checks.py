"""The wording of errors about memories, worlds and streams."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from refmem.signature import nearest_name


def expect(one: Any, name: str, fine: bool, expected: str, why: str) -> None:
    """Raise ValueError unless the field of that name is fine.

    >>> from refmem.longcontext import Delta
    >>> Delta(3.0)
    Traceback (most recent call last):
    ValueError: Delta: beta has value 3.0, expected a step in [0, 2], because any other makes errors larger
    """  # noqa: E501
    if not fine:
        raise ValueError(
            f"{type(one).__name__}: {name} has value {getattr(one, name)!r}, expected {expected}, "
            f"because {why}"
        )


def expect_count(one: Any, name: str, what: str) -> None:
    """Raise ValueError unless the field is a whole number of at least 1."""
    value = getattr(one, name)
    whole = isinstance(value, int) and not isinstance(value, bool) and value >= 1
    expect(one, name, whole, "a whole number of at least 1", f"it counts {what}")


def find(kind: str, named: Mapping[str, Any], name: str) -> Any:
    """What has that name.

    >>> find("letter", {"alpha": 1}, "alhpa")
    Traceback (most recent call last):
    ValueError: letter: name has value 'alhpa', expected one of alpha, because these exist, did you mean 'alpha'?
    """  # noqa: E501
    if name not in named:
        raise ValueError(
            f"{kind}: name has value {name!r}, expected one of {', '.join(named)}, because these "
            f"exist{nearest_name(name, named)}"
        )
    return named[name]
