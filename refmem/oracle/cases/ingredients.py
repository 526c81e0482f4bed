"""How an input is drawn by its kind, unless a regime says otherwise."""

from __future__ import annotations

import numpy as np

from refmem.grammar.kinds import Kind, strength
from refmem.memory import Rule
from refmem.oracle.border.heads import may_share
from refmem.oracle.border.layouts import is_timed
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
    return rule.kinds[name].says == "log"


def fade_of(rule: Rule) -> str:
    """The input that says how the memory fades: the forget gate, else the first that tokens have,
    else the first that heads have; or ""."""
    says = [name for name, kind in rule.kinds.items() if kind.says]
    timed = [name for name in says if is_timed(tuple(rule.inputs[name].split()))]
    return next((name for name in (gate_of(rule), *timed, *says) if name), "")


def as_said(kind: Kind, factor: np.ndarray) -> np.ndarray:
    """A factor by which a memory fades, as inputs of that kind say it."""
    if kind.says == "log":
        with np.errstate(divide="ignore"):
            return np.log(factor)
    return 1 - factor if kind.says == "lost" else factor


def kinds_of(rule: Rule) -> set[str]:
    """The kinds of a rule's inputs, by name."""
    return {kind.name for kind in rule.kinds.values()}


def traits_of(rule: Rule) -> set[str]:
    """What regimes ask for: inputs, kinds of inputs, and what is said of them together."""
    fade, kinds = fade_of(rule), kinds_of(rule)
    timed = bool(fade) and is_timed(tuple(rule.inputs[fade].split()))
    said = {"gate": timed, "fixed fade": bool(fade) and not timed, "fade": bool(fade)}
    said |= {group: may_share(group, rule) for group in ("queries", "values")}
    of_kind = {f"kind {name}" for name in kinds}
    return {*rule.inputs, *of_kind, *(name for name, here in said.items() if here)}


def whole_inputs(rule: Rule) -> set[str]:
    """Inputs that are whole numbers."""
    return {name for name, kind in rule.kinds.items() if kind.name == "count"}


def first_state(rule: Rule) -> set[str]:
    """Inputs that are the first state, and do not matter where a state is passed."""
    return {name for name, kind in rule.kinds.items() if "before the first token" in kind.name}


def options_of(rule: Rule) -> dict[str, object]:
    """Options of cases that are not the rule's defaults."""
    return {name: one.cases for name, one in rule.choices.items() if one.cases is not None}
