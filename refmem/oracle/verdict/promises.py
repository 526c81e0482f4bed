"""Laws of calls: what a kernel is asked, and what it should have given, without any reference.

A law is given a case and what runs one, and gives pairs of results that must be equal. Each stands
for something that engines do: a prompt in pieces, decoding, drafts of which some are rejected.
"""

from __future__ import annotations

import dataclasses
import itertools
from collections.abc import Callable, Iterator

import numpy as np

from refmem.oracle.border.layouts import Arrays, is_timed
from refmem.oracle.cases.case import Case
from refmem.oracle.cases.ingredients import gate_of
from refmem.oracle.cases.reference import run_rule, sequence

Runner = Callable[[Case], Arrays]
"""Runs a candidate on a case, and gives the parts of its result in the grammar."""

Pair = tuple[Arrays, Arrays]
"""What was found, and what it should equal."""


def tokens(case: Case, start: int, stop: int, state: Arrays | None = None) -> Case:
    """The part of a case about tokens start..stop-1, from another state."""
    total = _tokens(case)
    inputs = {}
    for name, x in case.inputs.items():
        axes = case.axes[name]
        if is_timed(axes) and axes[0] != "P":
            each = x.shape[-len(axes)] // total
            x = x[(..., slice(start * each, stop * each)) + (slice(None),) * (len(axes) - 1)]
        inputs[name] = x
    return dataclasses.replace(case, inputs=inputs | (state or {}))


def _tokens(case: Case) -> int:
    name = next(n for n, axes in case.axes.items() if axes and axes[0] == "T")
    return int(case.inputs[name].shape[-len(case.axes[name])])


def _state(parts: Arrays) -> Arrays:
    return {name: x.astype(np.float64) for name, x in parts.items() if name != "out"}


def _joined(pieces: list[Arrays]) -> Arrays:
    out = np.concatenate([piece["out"] for piece in pieces], axis=-2)
    return pieces[-1] | {"out": out}


def split(case: Case, go: Runner) -> Iterator[Pair]:
    """At every token of a short case, and at chunk boundaries of a long one."""
    total = _tokens(case)
    whole = go(case)
    for at in range(1, total) if total < 20 else (1, 63, 64, 65, total - 1):
        first = go(tokens(case, 0, at))
        yield _joined([first, go(tokens(case, at, total, _state(first)))]), whole


def decode(case: Case, go: Runner) -> Iterator[Pair]:
    """One token a call."""
    state, pieces = None, []
    for t in range(_tokens(case)):
        pieces.append(go(tokens(case, t, t + 1, state)))
        state = _state(pieces[-1])
    yield _joined(pieces), go(case)


PIECES = (63, 3, 1, 58)
"""Tokens of a prompt that comes in pieces; what is left of a case is decoded."""


def prefill(case: Case, go: Runner) -> Iterator[Pair]:
    """A prompt in uneven pieces, and then one token a call."""
    whole, total = go(case), _tokens(case)
    ends = [*itertools.accumulate(PIECES), *range(sum(PIECES) + 1, total + 1)]
    bounds = sorted({0, total, *(end for end in ends if end < total)})
    state, pieces = None, []
    for start, stop in itertools.pairwise(bounds):
        pieces.append(go(tokens(case, start, stop, state)))
        state = _state(pieces[-1])
    yield _joined(pieces), whole


DRAFTS = 4


def drafts(case: Case, go: Runner) -> Iterator[Pair]:
    """Of some drafts the first few are right, for every number of them: their outputs are those of
    the right tokens, and from the state that was kept, these alone are run again."""
    total, whole = _tokens(case), go(case)
    at = total // 2
    first = go(tokens(case, 0, at))
    kept = _state(first)
    for right in range(DRAFTS):
        drafted = go(tokens(_wrong_from(case, at + right), at, at + DRAFTS, kept))
        if right:
            accepted = drafted["out"][..., :right, :]
            yield {"out": accepted}, {"out": whole["out"][..., at : at + right, :]}
        again = [go(tokens(case, at, at + right, kept))] if right else []
        state = _state(again[0]) if again else kept
        yield _joined([first, *again, go(tokens(case, at + right, total, state))]), whole


def _wrong_from(case: Case, at: int) -> Case:
    """The case with other numbers from some token on."""
    later = {}
    for name, x in case.inputs.items():
        later[name] = x.copy()
        if name in case.others and is_timed(case.axes[name]) and case.axes[name][0] == "T":
            rows = (..., slice(at, None)) + (slice(None),) * (len(case.axes[name]) - 1)
            later[name][rows] = case.others[name][rows]
    return dataclasses.replace(case, inputs=later)


def rollback(case: Case, go: Runner) -> Iterator[Pair]:
    """From the state after some tokens, a draft of others, and then the right ones."""
    total, whole = _tokens(case), go(case)
    for at in (1, total // 2, total - 1):
        first = go(tokens(case, 0, at))
        kept = _state(first)
        draft = {n: -x if n in ("q", "v") else x for n, x in case.inputs.items()}
        go(tokens(dataclasses.replace(case, inputs=draft), at, total, kept))
        yield _joined([first, go(tokens(case, at, total, kept))]), whole


def causality(case: Case, go: Runner) -> Iterator[Pair]:
    """Other numbers from some token on."""
    total, whole = _tokens(case), go(case)
    at = total // 2
    changed = go(_wrong_from(case, at))
    yield {"out": changed["out"][..., :at, :]}, {"out": whole["out"][..., :at, :]}


def padding(case: Case, go: Runner) -> Iterator[Pair]:
    """Tokens with k = v = beta = 0 and a gate of one, where to the rule itself they are nothing."""
    longer = padded(case, 3)
    if longer is None:
        return
    whole, found, total = go(case), go(longer), _tokens(case)
    yield found | {"out": found["out"][..., :total, :]}, whole


def padded(case: Case, more: int) -> Case | None:
    """The case with so many tokens that do nothing after it; None if the rule has none."""
    inputs, gate = {}, gate_of(case.rule)
    for name, x in case.inputs.items():
        axes = case.axes[name]
        if axes and axes[0] == "T":
            shape = list(x.shape)
            shape[-len(axes)] = more
            value = 1.0 if name == gate and not gate.startswith("log_") else 0.0
            x = np.concatenate([x, np.full(shape, value)], axis=-len(axes))
        elif is_timed(axes) and axes[0] != "P":
            return None
        inputs[name] = x
    longer = dataclasses.replace(case, inputs=inputs)
    try:
        before = run_rule(case, case.inputs, **case.options)
        after = run_rule(longer, inputs, **case.options)
    except (ValueError, np.linalg.LinAlgError):
        return None  # such tokens are no inputs of the rule
    same = all(
        x.shape == after[part].shape and np.array_equal(x, after[part])
        for part, x in before.items()
        if part != "out"
    )
    return longer if same else None


def batch(case: Case, go: Runner) -> Iterator[Pair]:
    """Every sequence alone."""
    together = go(case)
    for n in range(case.batch):
        one = {name: x if x.shape[0] == 1 else x[n : n + 1] for name, x in case.inputs.items()}
        shape = (1, *case.state_shape[1:]) if case.state_shape else ()
        alone = go(dataclasses.replace(case, inputs=one, state_shape=shape))
        yield alone, {part: x[n : n + 1] for part, x in together.items()}


def packed(case: Case, go: Runner) -> Iterator[Pair]:
    """Every sequence alone, as a pack of one."""
    together = go(case)
    for n, length in enumerate(int(one) for one in case.inputs["lengths"]):
        if length == 0:
            continue
        one = sequence(case, case.inputs, n, length) | {"lengths": np.array([length])}
        shape = (1, *case.state_shape[1:]) if case.state_shape else ()
        alone = go(dataclasses.replace(case, inputs=one, state_shape=shape))
        rows = together["out"][n : n + 1, ..., :length, :]
        yield alone, {part: x[n : n + 1] for part, x in together.items()} | {"out": rows}


def repeat(case: Case, go: Runner) -> Iterator[Pair]:
    """The same call again."""
    yield go(case), go(case)
