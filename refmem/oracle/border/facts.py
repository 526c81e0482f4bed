"""A convention said in single facts: by the same words on the command line and in a file.

    layout, state, scale, takes_scale, heads, groups   as fields of `Convention`
    every_head, state_dtype                            the same
    gate, strength, step, rate          how an input is passed: see `parametrisations`
    lower_bound, divisor, dt_min, dt_max, parameters    of these
    norm, eps, normed, denominator_eps  what the callee does to q, k and denominators
    rename     refmem's name -> theirs; also of "scale", "lengths", "slots", and of parameters
    dtypes     refmem's name -> its own dtype
    extra      keyword arguments of every call
    contract   what the callee lacks, returns or promises

Values may be texts, as they are on the command line: "true", "16", "queries,values".

>>> from refmem.oracle.border.presets import FLA
>>> mine = with_facts(FLA, {"state": "vk", "gate": "log2", "rename": {"q": "query"}})
>>> mine.state_layout, mine.gate, mine.name("q"), mine.name("alpha")
('vk', 'log2', 'query', 'g')
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import Any

from refmem.oracle.border.conventions import ALLOWED, WIDE, Convention
from refmem.oracle.border.parametrisations import OF_FACT
from refmem.oracle.border.readers import (
    FactError,
    Reader,
    limited,
    one_of,
    size,
    some_of,
    switch,
    table,
    table_of,
    text,
)
from refmem.rules import RULES
from refmem.support.wording import nearest_name

CONTRACT = ("lacks", "multiple", "square", "limit", "widths", "lengths", "returns", "without")
"""Words of a contract."""

DTYPES = ("float16", "bfloat16", "float32", "float64")

EVERYWHERE = ("state", "scale", "lengths", "slots", "A_log", "dt_bias")
"""What may be passed beside the inputs of any rule."""

STANDARD = ("q", "k", "v", "state")
"""Names that stand for themselves unless they are renamed."""

PARAMETERS = ("A_log", "dt_bias")

OWNERS = {
    constant: (fact, word)
    for fact, words in OF_FACT.items()
    for word, how in words.items()
    for constant in how.constants
}
"""Constant -> the fact, and its value, that it goes with."""


def with_facts(convention: Convention, facts: Mapping[str, Any]) -> Convention:
    """The convention, but for what these facts say; `FactError` if they cannot be."""
    changes: dict[str, Any] = {}
    constants: dict[str, float] = {}
    for word, value in facts.items():
        if word not in WORDS and word not in OWNERS:
            raise FactError(
                (word,),
                f"{word} is no fact, expected one of {', '.join([*WORDS, *OWNERS])}"
                f"{nearest_name(word, [*WORDS, *OWNERS])}",
            )
        if word in OWNERS:
            constants[word] = CONSTANTS[word](word, value)
            continue
        field, read = WORDS[word]
        value = read(word, value)
        usual = getattr(convention, field)
        changes[field] = {**usual, **value} if isinstance(value, dict) else value
    words = {fact: changes.get(fact, getattr(convention, fact)) for fact in OF_FACT}
    kept = {n: x for n, x in convention.constants.items() if words[OWNERS[n][0]] == OWNERS[n][1]}
    made = dataclasses.replace(convention, **changes, constants=kept | constants)
    _expect_no_contradiction(made, facts)
    _expect_no_collision(made, facts.get("rename", {}))
    return made


def _input_names() -> list[str]:
    """Everything of refmem's that has a name at the border."""
    named = {name for rule in RULES for name in (*rule.inputs, *rule.options)}
    return sorted(named | {*EVERYWHERE})


WORDS: dict[str, tuple[str, Reader]] = {
    "layout": ("layout", one_of(ALLOWED["layout"])),
    "state": ("state_layout", one_of(ALLOWED["state_layout"])),
    **{fact: (fact, one_of(words)) for fact, words in OF_FACT.items()},
    "parameters": ("parameters", some_of(lambda: PARAMETERS)),
    "scale": ("scale", one_of(ALLOWED["scale"])),
    "takes_scale": ("takes_scale", switch),
    "norm": ("norm", one_of(ALLOWED["norm"])),
    "eps": ("eps", size),
    "normed": ("normed", some_of(_input_names)),
    "denominator_eps": ("denominator_eps", size),
    "heads": ("heads", one_of(ALLOWED["heads"])),
    "groups": ("groups", some_of(lambda: ("queries", "values"))),
    "every_head": ("every_head", some_of(_input_names)),
    "state_dtype": ("state_dtype", one_of(("", WIDE, *DTYPES))),
    "dtypes": ("dtypes", table_of(_input_names, one_of(DTYPES))),
    "rename": ("names", table_of(_input_names, text)),
    "extra": ("extra", table),
    "contract": ("contract", table_of(lambda: CONTRACT)),
}
"""Word -> field of a convention, and what makes a value of what was said."""

CONSTANTS: dict[str, Reader] = {
    "lower_bound": limited("less than 0", lambda x: x < 0),
    "divisor": limited("more than 0", lambda x: x > 0),
    "dt_min": size,
    "dt_max": size,
}
"""Constant of a parametrisation -> what makes a number of what was said."""

# ---- facts together


def _expect_no_contradiction(made: Convention, facts: Mapping[str, Any]) -> None:
    """What is said of something goes with what is said to be there."""
    for word in facts:
        if word in OWNERS:
            fact, owner = OWNERS[word]
            if getattr(made, fact) != owner:
                raise _without(word, facts, f"{fact} is {getattr(made, fact)!r}, not {owner!r}")
        if word in ("eps", "normed") and not made.norm:
            raise _without(word, facts, "norm is '', and nothing is normalised")
        if word == "parameters" and not any(
            OF_FACT[fact][getattr(made, fact)].parameters for fact in OF_FACT
        ):
            raise _without(word, facts, f"gate is {made.gate!r} and step {made.step!r}")
    limits = made.constants.get("dt_min", 0), made.constants.get("dt_max", float("inf"))
    if not 0 <= limits[0] < limits[1]:
        word = next((one for one in ("dt_max", "dt_min") if one in facts), "step")
        raise FactError(
            (word,), f"dt_min has value {limits[0]:g}, expected less than dt_max = {limits[1]:g}"
        )


def _without(word: str, facts: Mapping[str, Any], because: str) -> FactError:
    return FactError((word,), f"{word} has value {facts[word]!r}, expected none, because {because}")


def _expect_no_collision(made: Convention, renamed: Mapping[str, Any]) -> None:
    """No two inputs of a call have one name."""
    others = dict.fromkeys([*renamed, *made.names, *STANDARD])
    for one in renamed:
        for other in others:
            if one != other and made.name(one) == made.name(other) and _together(one, other):
                raise FactError(
                    ("rename", one),
                    f"rename has {one} = {made.name(one)!r}, expected another name, because that "
                    f"is {other}",
                )


def _together(one: str, other: str) -> bool:
    """Whether a call may have both."""
    return bool({one, other} & {*EVERYWHERE}) or any(
        {one, other} <= rule.inputs.keys() for rule in RULES
    )
