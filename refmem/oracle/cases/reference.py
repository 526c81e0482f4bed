"""What a case must give: the rule itself, run on the case's inputs in any dtype and form.

A result is taken apart into named arrays: "out"; "state" where it is one matrix, else "state.key"
and so on for its fields; nothing where the rule has none.
"""

from __future__ import annotations

import copy
from typing import Any

import numpy as np

from refmem.oracle.border.conventions import Convention
from refmem.oracle.border.layouts import Arrays, is_timed
from refmem.oracle.cases.case import Case
from refmem.oracle.cases.inputs import empty_state, one_row_per_key_head

OUT = ("T", "V")
"""The axes of an output."""


def run_rule(case: Case, inputs: Arrays, **call: Any) -> Arrays:
    """The parts of what the rule returns, for the case's sequences and slots."""
    if "slots" in inputs:
        return _run_on_pool(case, inputs, call)
    if "lengths" not in inputs:
        return parts_of(case, case.rule(**arguments(case, inputs), **call))
    lengths = [int(length) for length in inputs["lengths"]]
    runs = []
    for n, length in enumerate(lengths):
        one = arguments(case, sequence(case, inputs, n, length))
        runs.append(parts_of(case, case.rule(**one, **call)))
    return {name: _stack([run[name] for run in runs], max(lengths)) for name in runs[0]}


def unchecked(rule: Any) -> Any:
    """A rule that takes gates above one, which is what a mistake or a rounding may make of them."""
    other = copy.copy(rule)
    other.check_ranges = lambda arrays: None
    return other


def arguments(case: Case, inputs: Arrays) -> dict[str, Any]:
    """The inputs as keyword arguments: fields of a state become a state."""
    given = {name: x for name, x in inputs.items() if not name.startswith("state")}
    state = state_of(case, inputs)
    return given if state is None else given | {"state": state}


def state_of(case: Case, parts: Arrays) -> Any:
    """The state among named arrays, or None: an array, or the rule's own named tuple of such."""
    if "state" in parts:
        return parts["state"]
    fields = {name[6:]: x for name, x in parts.items() if name.startswith("state.")}
    return type(empty_state(case.rule))(**fields) if fields else None


def parts_of(case: Case, result: Any) -> Arrays:
    """A result's named arrays; of a cache that query heads share, a row for each key head."""
    return {"out": result[0]} | {
        name: one_row_per_key_head(case.rule, case.regime, name.removeprefix("state."), x)
        for name, x in state_parts(result[1]).items()
    }


def as_returned(case: Case, convention: Convention, part: str, x: np.ndarray) -> np.ndarray:
    """What a candidate returns of a part of a result: a memory that heads share it has once.

    refmem has one for every query head, and so have those whose convention says so.
    """
    every = convention.layout == "grammar" or "state" in convention.every_head
    if every or part not in ("state", "states") or not case.state_shape:
        return x
    return x[tuple(slice(n) for n in case.state_shape[:-2])]


def state_parts(state: Any) -> Arrays:
    """A state's named arrays; of a named tuple or a dict, those fields that are there."""
    if state is None:
        return {}
    if isinstance(state, dict) or hasattr(state, "_asdict"):
        fields = state if isinstance(state, dict) else state._asdict()
        return {f"state.{name}": x for name, x in fields.items() if x is not None}
    return {"state": state}


def one_of_each(x: np.ndarray, like: np.ndarray) -> np.ndarray:
    """A part where `like` has one row for several heads: theirs, if they all have the same.

    >>> one_of_each(np.array([[7, 7, 7], [8, 8, 8]]), np.zeros((2, 1))).tolist()
    [[7], [8]]
    """
    if x.ndim != like.ndim or not x.size:
        return x
    for axis, (length, wanted) in enumerate(zip(x.shape, like.shape, strict=True)):
        first = np.take(x, [0], axis=axis)
        if wanted == 1 < length and np.array_equal(np.broadcast_to(first, x.shape), x):
            x = first
    return x


def expected_parts(case: Case) -> tuple[str, ...]:
    """Names of the parts that a result of this case has."""
    return ("out", *state_parts(empty_state(case.rule)))


def sequence(case: Case, inputs: Arrays, n: int, length: int) -> Arrays:
    """The inputs of sequence n alone, with its first `length` tokens."""
    one = {}
    for name, x in inputs.items():
        if name not in case.axes:
            continue
        axes = case.axes[name]
        row = x if x.shape[0] == 1 and case.batch > 1 else x[n : n + 1]
        if is_timed(axes) and axes[0] != "P":
            each = x.shape[x.ndim - len(axes)] // longest(inputs)
            row = row[(..., slice(0, length * each)) + (slice(None),) * (len(axes) - 1)]
        one[name] = row
    return one


def longest(inputs: Arrays) -> int:
    """The most tokens of any sequence, at least one."""
    return max(1, *(int(length) for length in inputs["lengths"]))


def _stack(rows: list[np.ndarray], tokens: int) -> np.ndarray:
    """Results of sequences as a batch, with zeros after the shorter ones."""
    if len({row.shape for row in rows}) == 1:
        return np.concatenate(rows)
    axis = next(a for a in range(rows[0].ndim) if len({row.shape[a] for row in rows}) > 1)
    most = max(row.shape[axis] for row in rows)
    padded = []
    for row in rows:
        width = [(0, 0)] * row.ndim
        width[axis] = (0, most - row.shape[axis])
        padded.append(np.pad(row, width))
    return np.concatenate(padded)


def _run_on_pool(case: Case, inputs: Arrays, call: dict[str, Any]) -> Arrays:
    """States are taken from their slots and put back; a slot of -1 is an empty memory, lost."""
    slots, pool = inputs["slots"], inputs["state"]
    states = np.where((slots >= 0).reshape(-1, *[1] * (pool.ndim - 1)), pool[slots], 0)
    rest = {name: x for name, x in inputs.items() if name != "slots"}
    result = run_rule(case, rest | {"state": states.astype(pool.dtype)}, **call)
    after = pool.copy()
    after[slots[slots >= 0]] = result["state"][slots >= 0]
    return {"out": unslotted(result["out"], slots), "state": after}


def unslotted(out: np.ndarray, slots: np.ndarray) -> np.ndarray:
    """An output with zeros for sequences without a slot, whose output may be anything."""
    return np.where((slots >= 0).reshape(-1, *[1] * (out.ndim - 1)), out, out.dtype.type(0))
