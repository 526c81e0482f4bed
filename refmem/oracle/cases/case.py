"""Cases: named inputs for a rule, each of which can be made again from its name alone.

    gated_delta/mid-chunk-reset/7     rule / regime / seed

The seed picks the length among the regime's lengths and draws the numbers. A case's inputs are in
refmem's grammar, float64: leading axes are (batch, heads), or (batch, heads, 3) and
(batch, heads, 1) where three heads share one; parameters, which have no time, have no batch.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from refmem.memory import StaticRule
from refmem.memory.rule import Rule
from refmem.oracle.border.layouts import Arrays, Axes, Shape, is_timed
from refmem.oracle.cases.ingredients import gate_of, options_of
from refmem.oracle.cases.inputs import (
    ANOTHER,
    axes_of_state,
    draw_all,
    has_matrix_state,
    lengths_of,
    shape_of_state,
)
from refmem.oracle.cases.regime import Regime
from refmem.oracle.cases.regimes import REGIMES, without
from refmem.rules import RULES
from refmem.support.arguments import ChoiceError
from refmem.support.wording import nearest_name


@dataclass(frozen=True, eq=False)
class Case:
    """Inputs of one call of a rule.

    inputs       name -> array, in refmem's grammar; "state", or "state.key" and so on where it is
                 not one matrix, if one is passed; "lengths" of sequences, "slots" of a pool
    axes         name -> its axes, such as ("T", "K")
    options      keyword arguments beside them: `scale`, unless it is the rule's own
    state_shape  of an initial state, passed or not, where it is one matrix
    others       name -> an input of the same kind with other numbers, as in an ordinary case
    """

    rule: Rule
    regime: Regime
    seed: int
    inputs: Arrays
    axes: dict[str, Axes]
    options: dict[str, Any]
    state_shape: Shape
    others: Arrays

    @property
    def name(self) -> str:
        """rule/regime/seed."""
        return f"{self.rule.name}/{self.regime.name}/{self.seed}"

    @property
    def tokens(self) -> int:
        """How many tokens the longest sequence has."""
        name = next(n for n, axes in self.axes.items() if axes and axes[0] == "T")
        return self.inputs[name].shape[-len(self.axes[name])]

    @property
    def kinds(self) -> dict[str, str]:
        """What the numbers of each of the rule's inputs are."""
        return {name: kind.name for name, kind in self.rule.kinds.items()}

    @property
    def batch(self) -> int:
        """How many sequences there are."""
        return max(
            x.shape[0] for name, x in self.inputs.items() if is_timed(self.axes.get(name, ()))
        )


def checkable_rules() -> dict[str, Rule]:
    """The rules for which cases are made: all."""
    return {rule.name: rule for rule in RULES}


def suited(rule: Rule) -> list[Regime]:
    """The regimes that a rule's inputs and its kind of state allow."""
    kind = "matrix" if has_matrix_state(rule) else "none" if isinstance(rule, StaticRule) else "own"
    names = set(rule.inputs) | ({"gate"} if gate_of(rule) else set())
    return [
        regime
        for regime in (*REGIMES, *without(list(rule.defaults)))
        if regime.name not in rule.unasked
        and regime.suits(names, kind)
        and (regime.scale == 1 or rule.scaled)
    ]


def make_case(rule: Rule, regime: Regime, seed: int) -> Case:
    """The case of that name."""
    given = {name: shape for name, shape in rule.inputs.items() if name not in regime.omit}
    axes = {name: tuple(shape.split()) for name, shape in given.items()}
    state_shape = shape_of_state(rule, regime, seed)
    inputs = draw_all(rule, regime, regime.draw, seed, state_shape)
    others = draw_all(rule, regime, {}, seed + ANOTHER, state_shape, like=seed)
    axes |= {name: axes_of_state(name, x) for name, x in inputs.items() if name not in axes}
    if regime.sequences:
        inputs["lengths"] = np.array(lengths_of(regime, seed))
    if regime.slots:
        inputs["slots"] = np.array(regime.slots)
    return Case(rule, regime, seed, inputs, axes, _options(rule, regime), state_shape, others)


def _options(rule: Rule, regime: Regime) -> dict[str, Any]:
    options: dict[str, Any] = options_of(rule)
    own = regime.scale is None or (regime.scale == 1 and rule.scale_default is None)
    return options if own or not rule.scaled else options | {"scale": regime.scale}


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


def find_rule(name: str) -> Rule:
    """The rule of that name, if cases can be made for it."""
    rules = checkable_rules()
    if name not in rules:
        raise ChoiceError(
            f"rule has name {name!r}, expected one of {', '.join(rules)}, because these have cases"
            f"{nearest_name(name, rules)}"
        )
    return rules[name]


def names_of(rule: Rule, seeds: Iterable[int] | None = None) -> list[str]:
    """Names of the cases of a rule: every regime with each of its lengths, or with these seeds."""
    chosen = None if seeds is None else tuple(seeds)
    return [
        f"{rule.name}/{regime.name}/{seed}"
        for regime in suited(rule)
        for seed in (range(len(_choices(regime))) if chosen is None else chosen)
    ]


def _choices(regime: Regime) -> Sequence[Any]:
    return regime.sequences or regime.lengths
