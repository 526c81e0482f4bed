"""What messages share: the nearest name, lists in words, foreign text on one line."""

from __future__ import annotations

import difflib
from collections.abc import Iterable

LONGEST = 300
"""Characters of a message that is not refmem's own."""


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


def one_line(text: str, longest: int = LONGEST) -> str:
    """Foreign text on one line, without control characters, and not longer than that.

    What a terminal would obey, such as an escape that clears the screen, becomes a space; so does
    what changes the direction of writing, and half a character that no file can hold.

    >>> one_line("no device\\n\\x1b[2Jon this \\t machine")
    'no device [2Jon this machine'
    >>> one_line("again and again", longest=9)
    'again ...'
    """
    start = text[: 100 * longest]
    line = " ".join("".join(c if c.isprintable() else " " for c in start).split())
    return line if len(line) <= longest else f"{line[: longest - 4].rstrip()} ..."


def what_was_raised(error: BaseException) -> str:
    """What a foreign exception is and says, on one line; it may not even be able to say it.

    >>> what_was_raised(ValueError("two\\nlines"))
    'raised ValueError: two lines'
    """
    try:
        return one_line(f"raised {type(error).__name__}: {error}")
    except (Exception, SystemExit):
        return one_line(f"raised {type(error).__name__}, which does not say why")
