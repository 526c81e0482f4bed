"""What messages share: the nearest name to one that does not exist, and lists in words."""

from __future__ import annotations

import difflib
from collections.abc import Iterable


def nearest_name(name: str, names: Iterable[str]) -> str:
    """ ", did you mean 'beta'?" for the closest of `names`, or nothing.

    >>> nearest_name("betta", ["alpha", "beta"])
    ", did you mean 'beta'?"
    """
    close = difflib.get_close_matches(name, list(names), n=1)
    return f", did you mean {close[0]!r}?" if close else ""


def listed(items: Iterable[object]) -> str:
    """Items as in a sentence.

    >>> listed([1, 2, 4]), listed("a")
    ('1, 2 and 4', 'a')
    """
    *first, last = map(str, items)
    return f"{', '.join(first)} and {last}" if first else last
