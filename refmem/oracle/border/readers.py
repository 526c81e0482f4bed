"""What makes a fact of what was said: on the command line a text, in a file a value of TOML."""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Collection, Mapping
from typing import Any

from refmem.support.arguments import ChoiceError
from refmem.support.wording import nearest_name

Reader = Callable[[str, Any], Any]
"""(word, value as it was said) -> value; `FactError` if it is none."""


class FactError(ChoiceError):
    """A fact that cannot be: where it was said, and what is wrong with it."""

    def __init__(self, path: tuple[str, ...], text: str) -> None:
        self.path = tuple(part for word in path for part in word.split("."))
        self.text = text
        super().__init__(f"convention: {text}")


def value_of(text: str) -> Any:
    """What a text on the command line stands for: a value of TOML, else the text itself.

    >>> value_of("true"), value_of("16"), value_of("bthd")
    (True, 16, 'bthd')
    """
    try:
        return tomllib.loads(f"value = {text}")["value"]
    except tomllib.TOMLDecodeError:
        return text


def one_of(allowed: Collection[str]) -> Callable[[str, Any], str]:
    """One of these words."""

    def read(word: str, value: Any) -> str:
        if not isinstance(value, str) or value not in allowed:
            raise wrong(word, value, f"one of {', '.join(map(repr, allowed))}")
        return str(value)

    return read


def some_of(allowed: Callable[[], Collection[str]]) -> Callable[[str, Any], tuple[str, ...]]:
    """A list of known texts, or these with commas between."""

    def read(word: str, value: Any) -> tuple[str, ...]:
        if isinstance(value, str):
            value = [part.strip() for part in value.split(",") if part.strip()]
        if not isinstance(value, list | tuple) or any(one not in allowed() for one in value):
            known = ", ".join(map(repr, allowed()))
            raise wrong(word, value, f"a list of some of {known}")
        return tuple(value)

    return read


def number(word: str, value: Any) -> float:
    """A number."""
    try:
        if isinstance(value, bool):
            raise TypeError
        return float(value)
    except (TypeError, ValueError):
        raise wrong(word, value, "a number") from None


def limited(expected: str, holds: Callable[[float], bool]) -> Callable[[str, Any], float]:
    """A number for which something holds."""

    def read(word: str, value: Any) -> float:
        found = number(word, value)
        if not holds(found):
            raise wrong(word, value, expected)
        return found

    return read


size = limited("at least 0", lambda x: x >= 0)
"""A number that is not negative."""


def switch(word: str, value: Any) -> bool:
    """True or False."""
    known = {"true": True, "false": False}
    if isinstance(value, str) and value.lower() in known:
        return known[value.lower()]
    if not isinstance(value, bool):
        raise wrong(word, value, "true or false")
    return value


def table(word: str, value: Any) -> dict[str, Any]:
    """A table, whatever is in it."""
    if not isinstance(value, Mapping):
        raise wrong(word, value, "a table")
    return dict(value)


def table_of(
    keys: Callable[[], Collection[str]], values: Callable[[str, Any], Any] = lambda word, x: x
) -> Callable[[str, Any], dict[str, Any]]:
    """A table whose keys are known ones."""

    def read(word: str, value: Any) -> dict[str, Any]:
        found = table(word, value)
        for key in found:
            if key not in keys() and key.partition(".")[0] != "state":
                raise FactError(
                    (word, key),
                    f"{word} has key {key!r}, expected one of {', '.join(keys())}"
                    f"{nearest_name(key, keys())}",
                )
        return {key: _within(word, key, values, one) for key, one in found.items()}

    return read


def _within(word: str, key: str, read: Callable[[str, Any], Any], value: Any) -> Any:
    """A value of a table, whose error says which."""
    try:
        return read(f"{word}.{key}", value)
    except FactError as error:
        raise FactError((word, key), error.text) from None


def text(word: str, value: Any) -> str:
    """A text that is not empty."""
    if not isinstance(value, str) or not value:
        raise wrong(word, value, "a name")
    return value


def wrong(word: str, value: Any, expected: str) -> FactError:
    """The error that a value is not what it should be."""
    return FactError((word,), f"{word} has value {value!r}, expected {expected}")
