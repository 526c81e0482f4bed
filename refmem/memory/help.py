"""How a rule is called, in words: the part of its documentation that all rules share."""

from __future__ import annotations

import inspect
from collections.abc import Mapping
from typing import Any, Protocol

from refmem.grammar.docstring import Specification


class Described(Protocol):
    """What is called, as its documentation sees it."""

    name: str
    __signature__: inspect.Signature
    scaled: tuple[str, ...]
    scale_default: Any
    default_chunk: int
    stateful: bool

    @property
    def specification(self) -> Specification:
        """Its docstring, read as data."""

    @property
    def forms(self) -> tuple[str, ...]:
        """Names of its forms, the definition first."""

    @property
    def arguments(self) -> Mapping[str, Any]:
        """What every call takes by name, with defaults."""


def describe_call(rule: Described) -> str:
    """The call with all its arguments, what those mean that every rule takes, and what it returns.

    >>> import refmem
    >>> print(describe_call(refmem.delta))
    refmem.delta(q, k, v, beta, *, state=None, form=None, chunk=None, scale=None, states=False)
    <BLANKLINE>
        state    the memory before the first token, as another call returned it; None is empty
        form     how it runs: recurrent (None), parallel, chunked, scan, fast
        chunk    tokens of a chunk, where the form has any: a whole number; None is 32
        scale    a number that multiplies q, and so the output; None is 1
        states   True: return the state after every token as well
    <BLANKLINE>
    Returns (out, state), or (out, state, states): out has a row a token, state is the memory
    after the last.
    """
    rows = (f"    {name:<9}{meaning}" for name, meaning in _meanings(rule).items())
    return "\n".join((
        f"refmem.{rule.name}{rule.__signature__}",
        "",
        *rows,
        "",
        "Returns (out, state), or (out, state, states): out has a row a token, state is the memory",
        "after the last.",
    ))  # fmt: skip


def _meanings(rule: Described) -> dict[str, str]:
    definition, *others = rule.forms
    forms = ", ".join([f"{definition} (None)", *others])
    scale = "1" if rule.scale_default is None else "1/sqrt(K)"
    known = {
        "state": "the memory before the first token, as another call returned it; None is empty",
        "form": f"how it runs: {forms}",
        "chunk": "tokens of a chunk, where the form has any: a whole number; None is "
        f"{rule.default_chunk}",
        "scale": f"{_what_is_scaled(rule)}; None is {scale}",
        "states": "True: return the state after every token as well",
        "heads": "repeat or tile: how more query heads share key heads; None is one for each",
    }
    if not rule.scaled:
        known["scale"] = "None: the specification has no scale"
    if not rule.stateful:
        known |= dict.fromkeys(("state", "scale"), "None: this memory is made of weights")
    return {name: known[name] for name in rule.arguments}


def _what_is_scaled(rule: Described) -> str:
    """What the specification says, if it does; else q, where that is the same as the output."""
    if rule.specification.scale:
        return "a number, of which the specification says what it multiplies"
    return f"a number that multiplies {', '.join(rule.scaled)}, and so the output"
