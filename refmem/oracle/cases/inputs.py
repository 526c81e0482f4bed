"""The inputs of a case: every one drawn as its regime, its rule or its kind says.

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
from refmem.memory.grouped_heads import CACHE_AXES
from refmem.memory.rule import Rule
from refmem.oracle.border.heads import is_of_queries, is_of_values
from refmem.oracle.border.layouts import STATE, Arrays, Axes, Shape, is_timed
from refmem.oracle.cases.draws import Draw, Random, filled, random_state
from refmem.oracle.cases.ingredients import (
    OTHER_SIZE,
    SIZES,
    as_said,
    draw_of,
    fade_of,
    gate_of,
    options_of,
    whole_inputs,
)
from refmem.oracle.cases.regime import Regime

BATCH, GROUP = 2, 3
PREFIX = 21
"""How many tokens come before a case whose state is not one matrix: they make its state."""

ANOTHER = 1_000_003
"""What is added to a seed for other numbers of the same kind."""

POOL = 5
"""Slots of a pool of states."""

PLAIN = Regime("plain", "nothing: it only says which shapes there are", lengths=(0,), state=False)


def has_matrix_state(rule: Rule) -> bool:
    """Whether the rule's state is one matrix (K, V)."""
    return isinstance(rule, StateRule) and rule.initial is empty_matrix


@functools.cache
def empty_state(rule: Rule) -> Any:
    """The rule's memory of nothing: an array, a named tuple, or None."""
    return rule(**_draw_inputs(rule, PLAIN, {}, 0, 0, 1)).state


def lengths_of(regime: Regime) -> tuple[int, ...]:
    """Lengths of the sequences of a case, if it has several."""
    return regime.sequences[0] if regime.sequences else ()


def _tokens(regime: Regime) -> int:
    return max(lengths_of(regime) or regime.lengths[:1])


def shape_of_state(rule: Rule, regime: Regime) -> Shape:
    """The shape of an initial state, where it is one matrix."""
    if not has_matrix_state(rule):
        return ()
    states = POOL if regime.slots else len(lengths_of(regime)) or BATCH
    return (*_leading_axes(rule, "state", STATE, regime, states), regime.K, regime.V)


Draws = Mapping[str, Draw]

FADES = ("gate", "fade", "fixed fade")
"""What a regime may call the input that says how a memory fades."""


def draw_all(
    rule: Rule, regime: Regime, seed: int, state_shape: Shape, usual: bool = False
) -> Arrays:
    """Inputs and state of a regime `of_seed`; as in an ordinary case if `usual`."""
    batch = len(lengths_of(regime)) or BATCH
    draws = {} if usual else draws_of(rule, regime)
    inputs = _draw_inputs(rule, regime, draws, seed, _tokens(regime), batch)
    if regime.state and has_matrix_state(rule):
        inputs["state"] = _draw(rule, regime, draws, seed, "state", state_shape, 0)
    elif regime.state and not isinstance(rule, StaticRule):
        inputs |= _state_of_a_prefix(rule, regime, seed, batch, inputs)
    return inputs


def draws_of(rule: Rule, regime: Regime) -> Draws:
    """The inputs that a regime draws in its own way, and how."""
    draws = {
        name: regime.draw_kinds[kind.name]
        for name, kind in rule.kinds.items()
        if kind.name in regime.draw_kinds
    }
    for name, draw in regime.draw.items():
        if name in FADES:
            draws[fade_of(rule)] = _said(rule, fade_of(rule), draw)
        else:
            draws[name] = draw
    return draws


def _said(rule: Rule, name: str, draw: Draw) -> Draw:
    """Factors as an input says them; rounded to float16, unless it is a gate, whose logarithm is
    exact."""

    def said(random: Random, shape: Shape, time: int) -> np.ndarray:
        x = as_said(rule.kinds[name], draw(random, shape, time))
        return x if name == gate_of(rule) else x.astype(np.float16).astype(np.float64)

    return said


def _draw_inputs(
    rule: Rule, regime: Regime, draws: Draws, seed: int, tokens: int, batch: int
) -> Arrays:
    sizes = SIZES | {"T": tokens, "K": regime.K, "V": regime.V}
    options = rule.options | options_of(rule) | regime.options
    sizes |= {name: value for name, value in options.items() if isinstance(value, int)}
    inputs = {}
    for name, shape in rule.inputs.items():
        if name in regime.omit:
            continue
        axes = tuple(shape.split())
        own = (math.prod(sizes.get(n, OTHER_SIZE) for n in axis.split("*")) for axis in axes)
        lead = _leading_axes(rule, name, axes, regime, batch)
        time = -len(axes) if is_timed(axes) else 0
        inputs[name] = _draw(rule, regime, draws, seed, name, (*lead, *own), time)
    return inputs


def _draw(
    rule: Rule, regime: Regime, draws: Draws, seed: int, name: str, shape: Shape, time: int
) -> np.ndarray:
    random = Random(f"{rule.name}/{regime.name}/{rule.near.get(name, name)}", seed)
    usual = random_state if name == "state" else draw_of(rule.kinds[name])
    x = np.array(draws.get(name, usual)(random, shape, time), dtype=np.float64)
    return filled(random, x) if regime.fine and name not in whole_inputs(rule) else x


def _leading_axes(rule: Rule, name: str, axes: Axes, regime: Regime, batch: int) -> tuple[int, ...]:
    """Batch and heads of an input, and how many of it stand beside each head that is shared."""
    timed = name == "state" or is_timed(axes)
    if regime.sharing == "beta" and name == "beta":
        return batch, 1
    lead = (batch if timed else 1, regime.heads)
    if regime.sharing == "queries":
        return (*lead, GROUP if is_of_queries(rule, name) else 1)
    if regime.sharing == "values":
        return (*lead, GROUP if is_of_values(rule, name) else 1)
    return lead


def _state_of_a_prefix(rule: Rule, regime: Regime, seed: int, batch: int, inputs: Arrays) -> Arrays:
    """A state that ordinary tokens lead to: name of a part -> array.

    It is rounded to float16, so that this loses nothing, unless fine numbers are asked for.
    """
    tokens = PREFIX if seed < ANOTHER else PREFIX - 1
    before = _draw_inputs(rule, regime, {}, seed + 2 * ANOTHER, tokens, batch)
    same = {name: x for name, x in inputs.items() if not is_timed(tuple(rule.inputs[name].split()))}
    state = rule(**before | same, **options_of(rule) | regime.options).state
    fields = {"": state} if isinstance(state, np.ndarray) else state._asdict()
    stored = np.float64 if regime.fine else np.float16
    return {
        f"state.{name}" if name else "state": one_row_per_key_head(rule, regime, name, x)
        .astype(stored)
        .astype(np.float64)
        for name, x in fields.items()
        if x is not None
    }


def one_row_per_key_head(rule: Rule, regime: Regime, name: str, x: np.ndarray) -> np.ndarray:
    """A field of a cache, which query heads that share a key head share as well."""
    of_queries = getattr(rule, "queries", None)  # of rules that keep a cache, and their mutants
    if regime.sharing != "queries" or of_queries is None or name not in CACHE_AXES:
        return x
    if name in of_queries:
        return x
    return np.take(x, [0], axis=-CACHE_AXES[name] - 1)


def axes_of_state(name: str, x: np.ndarray) -> Axes:
    """The axes of a part of a state: a cache's count tokens; those of others are left alone."""
    known = {
        "state": STATE,
        "state.key": ("P", "K"),
        "state.value": ("P", "V"),
        "state.log_alpha": ("P",),
    }
    return known.get(name, ("own",) * (x.ndim - 2))
