"""What error messages share: the nearest name to one that does not exist."""

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
