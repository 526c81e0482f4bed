"""What a mutant is: a rule, or its border, with one deliberate mistake that somebody really made.

A mutant changes the rule's transition or lookup (`rule`), or how it is called (`call`), so that any
two can be made at once: first the rules are changed, then the calls around them.
"""

from __future__ import annotations

import copy
import dataclasses
import functools
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from refmem.memory import CacheRule, Result
from refmem.oracle.border.layouts import Arrays, is_timed
from refmem.oracle.cases.case import Case
from refmem.oracle.cases.ingredients import gate_of
from refmem.oracle.cases.reference import run_rule, unchecked
from refmem.oracle.explain.survey import Seen

Memory = Callable[..., Result]
"""A rule as it is called: inputs, state and scale by name; (out, state) comes back."""

Run = Callable[[Arrays], Arrays]
"""Inputs of a case, with lengths and slots, to the parts of its result."""


@dataclass(frozen=True)
class Mutant:
    """One mistake.

    name   a few words
    says   what the candidate does, to end a sentence that begins "the rule with"
    seen   where: rows of the survey, or reports
    look   the line of a kernel where it is likely to be
    call   (case, memory) -> memory that is called with the mistake
    rule   (case, rule) -> rule that has the mistake
    whole  (case, inputs, run) -> parts, for mistakes in what belongs to several sequences
    fits   whether a case can have it
    """

    name: str
    says: str
    seen: Seen
    look: str
    call: Callable[[Case, Memory], Memory] | None = None
    rule: Callable[[Case, Any], Any] | None = None
    whole: Callable[[Case, Arrays, Run], Arrays] | None = None
    fits: Callable[[Case], bool] = lambda case: True


class Called:
    """A rule that is called in another way, and else is what it is."""

    def __init__(self, rule: Any, call: Memory) -> None:
        self._rule, self._call = rule, call

    def __getattr__(self, name: str) -> Any:
        return getattr(self._rule, name)

    def __call__(self, **given: Any) -> Result:
        return self._call(**given)


def run_mutants(mutants: Sequence[Mutant], case: Case, inputs: Arrays, call: Any) -> Arrays:
    """The parts of what the rule returns with these mistakes made."""
    rule = unchecked(case.rule)
    for mutant in mutants:
        rule = mutant.rule(case, rule) if mutant.rule else rule
    form = form_of(case)
    memory: Memory = lambda **given: rule(**given, **form)  # noqa: E731
    for mutant in mutants:
        memory = mutant.call(case, memory) if mutant.call else memory
    mutated = dataclasses.replace(case, rule=Called(case.rule, memory))  # type: ignore[arg-type]

    def run(given: Arrays) -> Arrays:
        return run_rule(mutated, given, **call)

    wholes = [mutant.whole for mutant in mutants if mutant.whole]
    return _whole(wholes, mutated, run)(inputs)


def _whole(wholes: Sequence[Callable[..., Arrays]], case: Case, run: Run) -> Run:
    for whole in wholes:
        run = functools.partial(whole, case, run=run)
    return run


WHOLE = 1 << 20
"""Tokens in a chunk of a cache, so that a mask may reach any of them."""


def form_of(case: Case) -> dict[str, Any]:
    """The chunked form, which runs a rule's transition or lookup, where there is one."""
    if isinstance(case.rule, CacheRule):
        return {"form": "chunked", "chunk": WHOLE}
    return {"form": "chunked" if "chunked" in case.rule.forms else case.rule.forms[0]}


def with_transition(change: Callable[..., Any]) -> Callable[[Case, Any], Any]:
    """A rule whose transition is `change(transition, what it is with its gate always open)`."""

    def changed(case: Case, rule: Any) -> Any:
        other = copy.copy(rule)
        gate = gate_of(rule)

        def transition(**x: Any) -> Any:
            made = rule.transition(**x)
            open_gate = {gate: np.ones_like(x[gate])} if gate else {}
            return change(made, rule.transition(**x | open_gate))

        other.transition = transition
        return other

    return changed


def with_lookup(change: Callable[..., Any]) -> Callable[[Case, Any], Any]:
    """A rule whose lookup is `change(lookup, case)`."""

    def changed(case: Case, rule: Any) -> Any:
        other = copy.copy(rule)
        other.lookup = lambda **x: change(rule.lookup(**x), case)
        return other

    return changed


def tokens_of(case: Case, given: dict[str, Any]) -> int:
    """How many tokens a call is about."""
    name = next(n for n, axes in case.axes.items() if n in given and axes and axes[0] == "T")
    return int(np.shape(given[name])[-len(case.axes[name])])


def cut(case: Case, given: dict[str, Any], start: int, stop: int) -> dict[str, Any]:
    """A call about tokens start..stop-1, with everything else as it is."""
    total, part = max(tokens_of(case, given), 1), dict(given)
    for name, axes in case.axes.items():
        if name in given and is_timed(axes) and axes[0] != "P":
            each = given[name].shape[-len(axes)] // total
            rows = slice(start * each, stop * each)
            part[name] = given[name][(..., rows) + (slice(None),) * (len(axes) - 1)]
    return part


def in_pieces(
    case: Case, memory: Memory, given: dict[str, Any], stops: Sequence[int], carry: Any
) -> Result:
    """Run piece by piece; `carry(state, stop)` is what the next piece begins with."""
    state, outs, start = given.get("state"), [], 0
    rest = {name: x for name, x in given.items() if name != "state"}
    for stop in stops:
        here = cut(case, rest, start, stop)
        result = memory(**here) if state is None else memory(**here, state=state)
        outs.append(result.out)
        state, start = carry(result.state, stop), stop
    if not outs:
        return memory(**given)
    return Result(np.concatenate(outs, axis=-2), result.state)


def ends_of_chunks(tokens: int, chunk: int) -> list[int]:
    """Where chunks end.

    >>> ends_of_chunks(130, 64)
    [64, 128, 130]
    """
    return [*range(chunk, tokens, chunk), tokens] if tokens else []
