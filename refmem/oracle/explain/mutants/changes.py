"""What border mutants do: change an input, the state, the scale or the result of a call."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from refmem.grammar.lookup import Cache
from refmem.grammar.state import each
from refmem.memory import Result
from refmem.oracle.border.layouts import merge_heads, split_heads
from refmem.oracle.cases.case import Case
from refmem.oracle.cases.ingredients import gate_of
from refmem.oracle.explain.mutants.abilities import grouped_lead
from refmem.oracle.explain.mutants.mutant import Memory


def change_input(name: str, change: Callable[[np.ndarray], np.ndarray]) -> Any:
    """The call with one input changed; "gate" is the rule's own forget gate, as a factor."""

    def wrap(case: Case, memory: Memory) -> Memory:
        own = gate_of(case.rule) if name == "gate" else name

        def call(**given: Any) -> Result:
            with np.errstate(all="ignore"):
                if own.startswith("log_"):
                    return memory(**given | {own: np.log(change(np.exp(given[own])))})
                return memory(**given | {own: change(given[own])})

        return call

    return wrap


def change_result(change: Callable[[Case, Any, Result], Result]) -> Any:
    """The call with its result changed: change(case, arguments, result)."""
    return lambda case, memory: lambda **given: change(case, given, memory(**given))


def change_scale(factor: Callable[[Case, float], float]) -> Any:
    """The call with another scale: factor(case, scale)."""

    def wrap(case: Case, memory: Memory) -> Memory:
        own = 1.0 if case.rule.scale_default is None else case.regime.K**-0.5

        def call(**given: Any) -> Result:
            scale = given.get("scale")
            return memory(**given | {"scale": factor(case, own if scale is None else scale)})

        return call

    return wrap


def reread(S: np.ndarray) -> np.ndarray:
    """The same numbers in memory, taken for V by K: cut into rows of another length, transposed."""
    return np.swapaxes(S.reshape(*S.shape[:-2], S.shape[-1], S.shape[-2]), -1, -2)


def rewritten(S: np.ndarray) -> np.ndarray:
    """The inverse of `reread`: a memory put down V by K, and taken for K by V."""
    return np.ascontiguousarray(np.swapaxes(S, -1, -2)).reshape(S.shape)


def with_state(change: Callable[[np.ndarray], np.ndarray]) -> Any:
    """The call with its initial state changed."""

    def wrap(case: Case, memory: Memory) -> Memory:
        def call(**given: Any) -> Result:
            if "state" not in given:
                return memory(**given)
            return memory(**given | {"state": change(given["state"])})

        return call

    return wrap


def both_ways(case: Case, memory: Memory) -> Memory:
    """The initial state is read, and the final one written, V by K."""
    inner = with_state(reread)(case, memory)

    def call(**given: Any) -> Result:
        result = inner(**given)
        return Result(result.out, rewritten(result.state))

    return call


def without_state(case: Case, memory: Memory) -> Memory:
    """The initial state is left out."""
    return lambda **given: memory(**{name: x for name, x in given.items() if name != "state"})


def first_state_stays(case: Case, given: Any, result: Result) -> Result:
    """The final state is the initial one."""
    return Result(result.out, given.get("state", np.zeros_like(result.state)))


def other_head_map(case: Case, memory: Memory) -> Memory:
    """Heads that share are taken in the other order of the two."""
    groups = grouped_lead(case)[1:]

    def exchanged(x: np.ndarray, own: int) -> np.ndarray:
        if x.ndim - own != 3 or x.shape[2] == 1:
            return x
        axes = ("own",) * own
        return split_heads(merge_heads(x, axes, "repeat"), x.shape, axes, "tile")

    def restored(x: np.ndarray) -> np.ndarray:
        if x.ndim < 4 or x.shape[1:3] != groups:
            return x
        axes = ("own",) * (x.ndim - 3)
        return split_heads(merge_heads(x, axes, "tile"), x.shape, axes, "repeat")

    def call(**given: Any) -> Result:
        inputs = {n: exchanged(x, len(case.axes[n])) for n, x in given.items() if n in case.axes}
        result = memory(**given | inputs)
        is_cache = isinstance(result.state, Cache)
        state = result.state if is_cache else each(restored, result.state)
        return Result(restored(result.out), state)

    return call


def of_first_head(name: str) -> Any:
    """The call in which every head gets one input of the first head, the first of its group too."""

    def wrap(case: Case, memory: Memory) -> Memory:
        own = len(case.axes[gate_of(case.rule) if name == "gate" else name])

        def first(x: np.ndarray) -> np.ndarray:
            heads = (slice(0, 1),) * (x.ndim - own - 1)
            return np.broadcast_to(x[(slice(None), *heads)], x.shape)

        return change_input(name, first)(case, memory)

    return wrap


def first_sequence(x: np.ndarray) -> np.ndarray:
    """Every sequence gets what is the first one's."""
    return np.broadcast_to(x[:1], x.shape)


def normalised(x: np.ndarray) -> np.ndarray:
    """Rows of norm one."""
    return x / np.sqrt((x**2).sum(-1, keepdims=True) + x.dtype.type(1e-6))


def sigmoid(x: np.ndarray) -> np.ndarray:
    """1 / (1 + exp(-x))."""
    return 1 / (1 + np.exp(-x))
