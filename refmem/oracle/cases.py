"""Cases: named inputs for a rule, each of which can be made again from its name alone.

    gated_delta/mid-chunk-reset/7     rule / regime / seed

The seed picks the length among the regime's lengths and draws the numbers. A case's inputs are in
refmem's grammar, float64: leading axes are (batch, heads), or (batch, heads, 3) and
(batch, heads, 1) where three heads share one.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np

import refmem
from refmem.memory import StateRule, empty_matrix
from refmem.oracle.conventions import STATE, Arrays
from refmem.oracle.draws import Random
from refmem.oracle.regimes import OF_RULE, REGIMES, STREAMS, USUAL, Regime
from refmem.signature import nearest_name

BATCH, HEADS, GROUP = 2, 2, 3


class ChoiceError(ValueError):
    """A rule, case, dtype or target was asked for that does not exist."""


@dataclass(frozen=True, eq=False)
class Case:
    """Inputs of one call of a rule.

    inputs       name -> array, in refmem's grammar; "state" is there if one is passed
    axes         name -> its axes, such as ("T", "K")
    options      keyword arguments beside them: `scale`, where it is not one
    state_shape  of an initial state, passed or not
    """

    rule: StateRule
    regime: Regime
    seed: int
    inputs: Arrays
    axes: dict[str, tuple[str, ...]]
    options: dict[str, Any]
    state_shape: tuple[int, ...]

    @property
    def name(self) -> str:
        """rule/regime/seed."""
        return f"{self.rule.name}/{self.regime.name}/{self.seed}"


def checkable_rules() -> dict[str, StateRule]:
    """The rules for which cases are made: their state is one matrix, and all inputs are drawn."""
    return {
        rule.name: rule
        for rule in refmem.RULES
        if isinstance(rule, StateRule)
        and rule.initial is empty_matrix
        and rule.inputs.keys() <= USUAL.keys()
    }


def suited(rule: StateRule) -> list[Regime]:
    """The regimes that a rule's inputs allow."""
    return [regime for regime in REGIMES if regime.suits(rule.inputs)]


def make_case(rule: StateRule, regime: Regime, seed: int) -> Case:
    """The case of that name."""
    sizes = {"T": regime.lengths[seed % len(regime.lengths)], "K": regime.K, "V": regime.V}
    sizes |= {name: value for name, value in rule.options.items() if isinstance(value, int)}
    axes = {name: tuple(shape.split()) for name, shape in rule.inputs.items()}
    if regime.state:
        axes["state"] = STATE
    inputs = {}
    for name, of_input in axes.items():
        own = (math.prod(sizes[factor] for factor in axis.split("*")) for axis in of_input)
        shape = (*_leading_axes(name, regime.sharing), *own)
        time = -len(of_input) if of_input and of_input[0].endswith("T") else 0
        random = Random(f"{rule.name}/{regime.name}/{STREAMS.get(name, name)}", seed)
        draw = (USUAL | OF_RULE.get(rule.name, {}) | dict(regime.draw))[name]
        inputs[name] = np.array(draw(random, shape, time), dtype=np.float64)
    options = {} if regime.scale == 1 else {"scale": regime.scale}
    state_shape = (*_leading_axes("state", regime.sharing), regime.K, regime.V)
    return Case(rule, regime, seed, inputs, axes, options, state_shape)


def _leading_axes(name: str, sharing: str) -> tuple[int, ...]:
    if sharing == "beta" and name == "beta":
        return BATCH, 1
    if sharing == "queries":
        return BATCH, HEADS, GROUP if name == "q" else 1
    if sharing == "values":
        return BATCH, HEADS, 1 if name in ("q", "k") else GROUP
    return BATCH, HEADS


def find_case(name: str) -> Case:
    """The case called `rule/regime/seed`; ChoiceError says what is wrong with the name."""
    parts = name.split("/")
    if len(parts) != 3 or not parts[2].isdecimal():
        raise ChoiceError(
            f"case has name {name!r}, expected rule/regime/seed such as delta/empty/0"
        )
    rule = find_rule(parts[0])
    regimes = {regime.name: regime for regime in suited(rule)}
    if parts[1] not in regimes:
        raise ChoiceError(
            f"case has regime {parts[1]!r}, expected one of {', '.join(regimes)}"
            f"{nearest_name(parts[1], regimes)}"
        )
    return make_case(rule, regimes[parts[1]], int(parts[2]))


def find_rule(name: str) -> StateRule:
    """The rule of that name, if cases can be made for it."""
    rules = checkable_rules()
    if name not in rules:
        raise ChoiceError(
            f"rule has name {name!r}, expected one of {', '.join(rules)}, because these have cases"
            f"{nearest_name(name, rules)}"
        )
    return rules[name]


def names_of(rule: StateRule, seeds: Iterable[int] | None = None) -> list[str]:
    """Names of the cases of a rule: every regime with each of its lengths, or with these seeds."""
    chosen = None if seeds is None else tuple(seeds)
    return [
        f"{rule.name}/{regime.name}/{seed}"
        for regime in suited(rule)
        for seed in (range(len(regime.lengths)) if chosen is None else chosen)
    ]
