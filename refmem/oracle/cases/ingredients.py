"""How an input is drawn by its kind, unless a regime says otherwise."""

from __future__ import annotations

from refmem.grammar.kinds import Kind, strength
from refmem.memory import Rule
from refmem.oracle.cases import draws
from refmem.oracle.cases.draws import Draw

NAMED: dict[str, Draw] = {
    "signed": draws.signed,
    "signs": draws.signs,
    "unit_keys": draws.unit_keys,
    "near_keys": draws.near_keys,
    "erasing": draws.erasing,
    "counting": draws.counting,
}
"""What a kind may name instead of numbers."""

SIZES = {"M": 6, "L": 9, "C": 4, "E": 4, "N": 5, "R": 8}
"""Axes that are neither tokens nor channels of keys and values: slots, levels, windows, experts."""

OTHER_SIZE = 3
"""The length of any other axis."""


def draw_of(kind: Kind) -> Draw:
    """How cases draw numbers of a kind."""
    if kind.logs:
        return draws.log_gates(*kind.logs)
    return NAMED[kind.cases] if isinstance(kind.cases, str) else draws.levels(*kind.cases)


STRENGTHS = draw_of(strength("T").kind)


def gate_of(rule: Rule) -> str:
    """The forget gate: the first factor, or logarithm of one, that tokens have; or ""."""
    for name, kind in rule.kinds.items():
        timed = any("T" in axis.split("*") for axis in rule.inputs[name].split())
        if timed and kind.name in ("factor", "logarithm of a factor"):
            return name
    return ""


def is_logarithm(rule: Rule, name: str) -> bool:
    """Whether a gate is passed as the logarithm of a factor."""
    return rule.kinds[name].name == "logarithm of a factor"


def whole_inputs(rule: Rule) -> set[str]:
    """Inputs that are whole numbers."""
    return {name for name, kind in rule.kinds.items() if kind.name == "count"}


def first_state(rule: Rule) -> set[str]:
    """Inputs that are the first state, and do not matter where a state is passed."""
    return {name for name, kind in rule.kinds.items() if "before the first token" in kind.name}


def options_of(rule: Rule) -> dict[str, object]:
    """Options of cases that are not the rule's defaults."""
    return {name: one.cases for name, one in rule.choices.items() if one.cases is not None}
