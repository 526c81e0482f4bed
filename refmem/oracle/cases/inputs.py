"""The inputs of a case: every one drawn as its regime, its rule or its name says.

Leading axes are (batch, heads), or (batch, heads, 3) and (batch, heads, 1) where three heads share
one; parameters, which have no time, have no batch.
"""

from __future__ import annotations

import functools
import math
from collections.abc import Mapping
from typing import Any

import numpy as np

from refmem.memory import StateRule, StaticRule, empty_matrix
from refmem.memory.rule import Rule
from refmem.oracle.border.layouts import STATE, Arrays, Axes, Shape, is_timed
from refmem.oracle.cases.draws import Draw, Random, filled, random_state
from refmem.oracle.cases.ingredients import (
    OTHER_SIZE,
    SIZES,
    draw_of,
    gate_of,
    is_logarithm,
    options_of,
    whole_inputs,
)
from refmem.oracle.cases.regime import Regime
from refmem.oracle.cases.regimes import REGIMES

BATCH, HEADS, GROUP = 2, 2, 3
PREFIX = 21
"""How many tokens come before a case whose state is not one matrix: they make its state."""

ANOTHER = 1_000_003
"""What is added to a seed for other numbers of the same kind."""

POOL = 5
"""Slots of a pool of states."""


def has_matrix_state(rule: Rule) -> bool:
    """Whether the rule's state is one matrix (K, V)."""
    return isinstance(rule, StateRule) and rule.initial is empty_matrix


@functools.cache
def empty_state(rule: Rule) -> Any:
    """The rule's memory of nothing: an array, a named tuple, or None."""
    return rule(**_draw_inputs(rule, REGIMES[0], {}, 0, 0, 1)).state


def lengths_of(regime: Regime, seed: int) -> tuple[int, ...]:
    """Lengths of the sequences of a case, if it has several."""
    return regime.sequences[seed % len(regime.sequences)] if regime.sequences else ()


def _tokens(regime: Regime, seed: int) -> int:
    return max(lengths_of(regime, seed) or (regime.lengths[seed % len(regime.lengths)],))


def shape_of_state(rule: Rule, regime: Regime, seed: int) -> Shape:
    """The shape of an initial state, where it is one matrix."""
    if not has_matrix_state(rule):
        return ()
    states = POOL if regime.slots else len(lengths_of(regime, seed)) or BATCH
    return (*_leading_axes("state", STATE, regime.sharing, states), regime.K, regime.V)


Draws = Mapping[str, Draw]


def draw_all(
    rule: Rule, regime: Regime, draws: Draws, seed: int, state_shape: Shape, like: int | None = None
) -> Arrays:
    """Inputs and state; of the lengths of the case with seed `like`, if that is another."""
    like = seed if like is None else like
    batch = len(lengths_of(regime, like)) or BATCH
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
        own = (math.prod(sizes.get(n, OTHER_SIZE) for n in axis.split("*")) for axis in axes)
        lead = _leading_axes(name, axes, regime.sharing, batch)
        time = -len(axes) if is_timed(axes) else 0
        inputs[name] = _draw(rule, regime, draws, seed, name, (*lead, *own), time)
    return inputs


def _draw(
    rule: Rule, regime: Regime, draws: Draws, seed: int, name: str, shape: Shape, time: int
) -> np.ndarray:
    random = Random(f"{rule.name}/{regime.name}/{rule.near.get(name, name)}", seed)
    is_gate = name == gate_of(rule)
    draw = draws.get("gate" if is_gate else name)
    usual = random_state if name == "state" else draw_of(rule.kinds[name])
    x = np.array((draw or usual)(random, shape, time), dtype=np.float64)
    if regime.fine and name not in whole_inputs(rule):
        x = filled(random, x)
    if not (draw and is_gate and is_logarithm(rule, name)):
        return x
    with np.errstate(divide="ignore"):
        return np.log(x)


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
    state = rule(**before | same, **options_of(rule)).state
    fields = {"": state} if isinstance(state, np.ndarray) else state._asdict()
    stored = np.float64 if regime.fine else np.float16
    return {
        f"state.{name}" if name else "state": x.astype(stored).astype(np.float64)
        for name, x in fields.items()
        if x is not None
    }


def axes_of_state(name: str, x: np.ndarray) -> Axes:
    """The axes of a part of a state: a cache's count tokens; those of others are left alone."""
    known = {
        "state": STATE,
        "state.key": ("P", "K"),
        "state.value": ("P", "V"),
        "state.log_alpha": ("P",),
    }
    return known.get(name, ("own",) * (x.ndim - 2))
