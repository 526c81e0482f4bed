"""What a rule is called, and where it is found again: by a name in the module that makes it."""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Any, NamedTuple

OWN = "refmem"
"""Where rules are that need no module to be named."""


class Named(NamedTuple):
    """What a rule is called.

    name     a word; of one rule of several in a module, that of the variable that holds it
    module   where it is made
    written  its docstring, as it stands there
    """

    name: str
    module: str
    written: str


def named(definition: Callable[..., Any], name: str | None, doc: str | None) -> Named:
    """A rule without a name has that of its file, and the file's docstring.

    One with a name has its definition's docstring, or the file's if that has none.
    """
    around = _maker()
    module = str(around.get("__name__", "__main__"))
    found = module.rpartition(".")[2] if name is None else name
    if not isinstance(found, str) or not found.isidentifier():
        raise ValueError(
            f"{module}: name has value {found!r}, expected a word such as my_rule, because it is "
            "that of the variable which holds the rule"
        )
    own = definition.__doc__ if name is not None else None
    written = doc or own or around.get("__doc__") or ""
    return Named(found, module, written)


def _maker() -> dict[str, Any]:
    """The names of the module that makes a rule: the nearest outside this package."""
    package = __name__.rpartition(".")[0]
    frame = sys._getframe(1)
    while frame.f_back and str(frame.f_globals.get("__name__")).startswith(package):
        frame = frame.f_back
    return frame.f_globals


def home_of(module: str) -> str:
    """What stands before a rule's name: refmem, or the module that makes it.

    >>> home_of("refmem.rules.delta.kda"), home_of("mine.rules")
    ('refmem', 'mine.rules')
    """
    return OWN if module.partition(".")[0] == OWN else module
