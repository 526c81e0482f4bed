"""Cases: named inputs for a rule, each of which can be made again from its name alone.

    gated_delta/mid-chunk-reset/7     rule / regime / seed

The seed picks the length among the regime's lengths and draws the numbers. A case's inputs are in
refmem's grammar, float64: leading axes are (batch, heads), or (batch, heads, 3) and
(batch, heads, 1) where three heads share one; parameters, which have no time, have no batch.
"""

from __future__ import annotations

import functools
import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

import refmem
from refmem.memory import StateRule, StaticRule, empty_matrix
from refmem.oracle.draws import Draw, Random, filled
from refmem.oracle.ingredients import GATE, OF_RULE, OPTIONS, SIZES, STREAMS, USUAL, WHOLE
from refmem.oracle.layouts import STATE, Arrays, Axes, Shape, is_timed
from refmem.oracle.regimes import REGIMES, Regime, without
from refmem.rule import Rule
from refmem.signature import nearest_name

BATCH, HEADS, GROUP = 2, 2, 3
PREFIX = 21
"""How many tokens come before a case whose state is not one matrix: they make its state."""

ANOTHER = 1_000_003
"""What is added to a seed for other numbers of the same kind."""

POOL = 5
"""Slots of a pool of states."""


class ChoiceError(ValueError):
    """A rule, case, dtype or target was asked for that does not exist."""


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
    def batch(self) -> int:
        """How many sequences there are."""
        return max(
            x.shape[0] for name, x in self.inputs.items() if is_timed(self.axes.get(name, ()))
        )


def checkable_rules() -> dict[str, Rule]:
    """The rules for which cases are made: all of whose inputs there is a way to draw."""
    return {rule.name: rule for rule in refmem.RULES if rule.inputs.keys() <= USUAL.keys()}


def has_matrix_state(rule: Rule) -> bool:
    """Whether the rule's state is one matrix (K, V)."""
    return isinstance(rule, StateRule) and rule.initial is empty_matrix


def suited(rule: Rule) -> list[Regime]:
    """The regimes that a rule's inputs and its kind of state allow."""
    kind = "matrix" if has_matrix_state(rule) else "none" if isinstance(rule, StaticRule) else "own"
    names = set(rule.inputs) | ({"alpha"} if gate_of(rule) else set())
    return [
        regime
        for regime in (*REGIMES, *without(list(rule.defaults)))
        if regime.suits(names, kind, rule.name) and (regime.scale == 1 or rule.scaled)
    ]


@functools.cache
def empty_state(rule: Rule) -> Any:
    """The rule's memory of nothing: an array, a named tuple, or None."""
    return rule(**_draw_inputs(rule, REGIMES[0], {}, 0, 0, 1)).state


def gate_of(rule: Rule) -> str:
    """The input that a regime of gates draws; "" if the rule has none."""
    named = [GATE.get(rule.name, ""), "alpha", "log_alpha"]
    return next((name for name in named if name in rule.inputs), "")


def make_case(rule: Rule, regime: Regime, seed: int) -> Case:
    """The case of that name."""
    given = {name: shape for name, shape in rule.inputs.items() if name not in regime.omit}
    axes = {name: tuple(shape.split()) for name, shape in given.items()}
    batch = len(_lengths(regime, seed)) or BATCH
    state_shape: Shape = ()
    if has_matrix_state(rule):
        states = POOL if regime.slots else batch
        state_shape = (*_leading_axes("state", STATE, regime.sharing, states), regime.K, regime.V)
    inputs = _draw_all(rule, regime, regime.draw, seed, state_shape)
    others = _draw_all(rule, regime, {}, seed + ANOTHER, state_shape, like=seed)
    axes |= {name: _axes_of_state(name, x) for name, x in inputs.items() if name not in axes}
    if regime.sequences:
        inputs["lengths"] = np.array(_lengths(regime, seed))
    if regime.slots:
        inputs["slots"] = np.array(regime.slots)
    return Case(rule, regime, seed, inputs, axes, _options(rule, regime), state_shape, others)


def _options(rule: Rule, regime: Regime) -> dict[str, Any]:
    options: dict[str, Any] = dict(OPTIONS.get(rule.name, {}))
    own = regime.scale is None or (regime.scale == 1 and rule.scale_default is None)
    return options if own or not rule.scaled else options | {"scale": regime.scale}


def _lengths(regime: Regime, seed: int) -> tuple[int, ...]:
    """Lengths of the sequences of a case, if it has several."""
    return regime.sequences[seed % len(regime.sequences)] if regime.sequences else ()


def _tokens(regime: Regime, seed: int) -> int:
    return max(_lengths(regime, seed) or (regime.lengths[seed % len(regime.lengths)],))


Draws = Mapping[str, Draw]


def _draw_all(
    rule: Rule, regime: Regime, draws: Draws, seed: int, state_shape: Shape, like: int | None = None
) -> Arrays:
    """Inputs and state; of the lengths of the case with seed `like`, if that is another."""
    like = seed if like is None else like
    batch = len(_lengths(regime, like)) or BATCH
    inputs = _draw_inputs(rule, regime, draws, seed, _tokens(regime, like), batch)
    if regime.state and has_matrix_state(rule):
        inputs["state"] = _draw(rule, regime, draws, seed, "state", state_shape, 0)
    elif regime.state and not isinstance(rule, StaticRule):
        inputs |= _state_of_a_prefix(rule, regime, seed, batch, inputs)
    return inputs


def _draw_inputs(
    rule: Rule, regime: Regime, draws: Draws, seed: int, tokens: int, batch: int
) -> Arrays:
    sizes = SIZES | {"T": tokens, "K": regime.K, "V": regime.V}
    sizes |= {name: value for name, value in rule.options.items() if isinstance(value, int)}
    inputs = {}
    for name, shape in rule.inputs.items():
        if name in regime.omit:
            continue
        axes = tuple(shape.split())
        own = (math.prod(sizes[factor] for factor in axis.split("*")) for axis in axes)
        lead = _leading_axes(name, axes, regime.sharing, batch)
        time = -len(axes) if is_timed(axes) else 0
        inputs[name] = _draw(rule, regime, draws, seed, name, (*lead, *own), time)
    return inputs


def _draw(
    rule: Rule, regime: Regime, draws: Draws, seed: int, name: str, shape: Shape, time: int
) -> np.ndarray:
    random = Random(f"{rule.name}/{regime.name}/{STREAMS.get(name, name)}", seed)
    draw = (USUAL | OF_RULE.get(rule.name, {}))[name]
    own = dict(draws)
    logarithm = name == gate_of(rule) and name.startswith("log_")
    if name == gate_of(rule) and "alpha" in own:
        own[name] = own["alpha"]
    x = np.array(own.get(name, draw)(random, shape, time), dtype=np.float64)
    if regime.fine and name not in WHOLE:
        x = filled(random, x)
    if logarithm and "alpha" in own:
        with np.errstate(divide="ignore"):
            return np.log(x)
    return x


def _leading_axes(name: str, axes: Axes, sharing: str, batch: int) -> tuple[int, ...]:
    if name != "state" and not is_timed(axes):
        return (1, HEADS, 1) if sharing in ("queries", "values") else (1, HEADS)
    if sharing == "beta" and name == "beta":
        return batch, 1
    if sharing == "queries":
        return batch, HEADS, GROUP if name == "q" else 1
    if sharing == "values":
        return batch, HEADS, 1 if name in ("q", "k") else GROUP
    return batch, HEADS


def _state_of_a_prefix(rule: Rule, regime: Regime, seed: int, batch: int, inputs: Arrays) -> Arrays:
    """A state that ordinary tokens lead to: name of a part -> array.

    It is rounded to float16, so that this loses nothing, unless fine numbers are asked for.
    """
    tokens = PREFIX if seed < ANOTHER else PREFIX - 1
    before = _draw_inputs(rule, regime, {}, seed + 2 * ANOTHER, tokens, batch)
    same = {name: x for name, x in inputs.items() if not is_timed(tuple(rule.inputs[name].split()))}
    state = rule(**before | same, **OPTIONS.get(rule.name, {})).state
    fields = {"": state} if isinstance(state, np.ndarray) else state._asdict()
    stored = np.float64 if regime.fine else np.float16
    return {
        f"state.{name}" if name else "state": x.astype(stored).astype(np.float64)
        for name, x in fields.items()
        if x is not None
    }


def _axes_of_state(name: str, x: np.ndarray) -> Axes:
    """The axes of a part of a state: a cache's count tokens; those of others are left alone."""
    known = {
        "state": STATE,
        "state.key": ("P", "K"),
        "state.value": ("P", "V"),
        "state.log_alpha": ("P",),
    }
    return known.get(name, ("own",) * (x.ndim - 2))


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
