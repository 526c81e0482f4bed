"""Conventions by what a user types: a preset's name, a file of facts, or a value in a module.

    fla              one of `PRESETS`
    mine.toml        facts, by the words of `refmem.oracle.border.facts`
    package.mod:MINE a `Convention` of somebody's own

A file begins with the convention that it is like:

    like = "fla"
    state = "vk"
    gate = "softplus"

    [rename]
    alpha = "a"

What is wrong in a file is said with its name and line: `mine.toml:3: gate has value ...`.
"""

from __future__ import annotations

import importlib
import re
import tomllib
from pathlib import Path
from typing import Any

from refmem.oracle.border.conventions import REFMEM, Convention
from refmem.oracle.border.facts import with_facts
from refmem.oracle.border.presets import PRESETS
from refmem.oracle.border.readers import FactError
from refmem.support.arguments import ChoiceError
from refmem.support.wording import nearest_name

LIKE = "like"
"""The word for what a file begins with."""


def convention_from(text: str | Convention, base: Convention = REFMEM) -> Convention:
    """The convention that a user means, or one itself; `ChoiceError` says what is wrong.

    base   what a file begins with that says nothing of it

    >>> convention_from("mlx").state_layout
    'vk'
    """
    return text if isinstance(text, Convention) else _convention_from(text, base, ())


def _convention_from(text: str, base: Convention, within: tuple[Path, ...]) -> Convention:
    if text in PRESETS:
        return PRESETS[text]
    if text.endswith(".toml"):
        return _from_file(text, Path(text), base, within)
    if ":" in text:
        return _from_module(text)
    raise ChoiceError(
        f"convention has name {text!r}, expected one of {', '.join(PRESETS)}, a file such as "
        f"mine.toml, or module:NAME{nearest_name(text, PRESETS)}"
    )


def _from_module(text: str) -> Convention:
    module, _, name = text.partition(":")
    try:
        found: Any = importlib.import_module(module)
        for part in name.split("."):
            found = getattr(found, part)
    except Exception as error:  # somebody's module may raise anything
        reason = f"{type(error).__name__}: {error}"
        raise ChoiceError(f"convention {text} does not import: {reason}") from error
    if not isinstance(found, Convention):
        raise ChoiceError(f"convention {text} is a {type(found).__name__}, expected a Convention")
    return found


def _from_file(name: str, path: Path, base: Convention, within: tuple[Path, ...]) -> Convention:
    try:
        text = path.read_text(encoding="utf-8")
        facts = tomllib.loads(text)
    except OSError as error:
        raise ChoiceError(f"convention {name} cannot be read: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise ChoiceError(f"convention {name} is no text in UTF-8") from error
    except tomllib.TOMLDecodeError as error:
        raise ChoiceError(_not_toml(name, text, str(error))) from error
    try:
        begun = _begun(path, facts.pop(LIKE, None), base, (*within, path.resolve()))
        return with_facts(begun, _flat(facts))
    except FactError as error:
        raise ChoiceError(f"{name}:{line_of(text, error.path)}: {error.text}") from error


def _begun(path: Path, like: Any, base: Convention, within: tuple[Path, ...]) -> Convention:
    """What a file begins with; another file is beside it."""
    if like is None:
        return base
    if not isinstance(like, str):
        raise FactError((LIKE,), f"like has value {like!r}, expected the name of a convention")
    beside = (path.parent / like).resolve()
    if beside in within:
        raise FactError((LIKE,), f"like has value {like!r}, expected another file than this one")
    try:
        if like.endswith(".toml"):
            return _from_file(str(path.parent / like), beside, base, within)
        return _convention_from(like, base, within)
    except ChoiceError as error:
        raise FactError((LIKE,), str(error)) from error


def _flat(facts: dict[str, Any]) -> dict[str, Any]:
    """A dotted key of a table, such as state.key, is one name: TOML makes it a table in a table."""
    names = facts.get("rename")
    if not isinstance(names, dict):
        return facts
    flat: dict[str, Any] = {}
    for key, value in names.items():
        inner = value if isinstance(value, dict) else {"": value}
        flat |= {f"{key}.{part}" if part else key: one for part, one in inner.items()}
    return facts | {"rename": flat}


def _not_toml(name: str, text: str, error: str) -> str:
    """What TOML says, with the line in front."""
    said, _, where = error.partition(" (at ")
    line = re.match(r"line (\d+)", where)
    return f"{name}:{line[1] if line else len(text.splitlines())}: {said}"


def line_of(text: str, path: tuple[str, ...]) -> int:
    """The line of a TOML text in which a key is said, or the nearest key above it.

    >>> line_of('layout = "bhtd"' + chr(10) + "[rename]" + chr(10) + 'q = "x"', ("rename", "q"))
    3
    """
    table: tuple[str, ...] = ()
    best, line = 0, 1
    for number, row in enumerate(text.splitlines(), 1):
        header = re.match(r"\s*\[\s*([^\[\]]+?)\s*\]", row)
        said = re.match(r"\s*([\w.\"'\- ]+?)\s*=", row)
        if header:
            table = _keys(header[1])
        here = table if header else (*table, *_keys(said[1])) if said else ()
        if here and here == path[: len(here)] and len(here) > best:
            best, line = len(here), number
    return line


def _keys(dotted: str) -> tuple[str, ...]:
    return tuple(part.strip().strip("\"'") for part in dotted.split("."))
