"""Failed cases, run again with everything kept: what was seen, expected and found."""

from __future__ import annotations

import functools
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from refmem.oracle.border.layouts import Arrays
from refmem.oracle.cases.case import Case, find_case
from refmem.oracle.explain.facts import Facts, facts_of, length_of
from refmem.oracle.targets.running import MisbehavedError, contract_of, run
from refmem.oracle.targets.target import Target
from refmem.oracle.verdict.budget import Expected, call_options, expect, judge
from refmem.oracle.verdict.metrics import as_rows, measure, row_errors


@dataclass(frozen=True, eq=False)
class Asked:
    """A case as a target sees it, and what is expected of it."""

    case: Case
    seen: Arrays
    call: dict[str, Any]
    expected: Expected


@dataclass(frozen=True, eq=False)
class Failure(Asked):
    """A case, run again: and what was found."""

    found: Arrays

    @functools.cached_property
    def wrong(self) -> frozenset[str]:
        """The parts that are not right."""
        return frozenset(
            part for part, x in self.found.items() if not judge(self.expected, {part: x}).passed
        )

    @functools.cached_property
    def unlike(self) -> str:
        """Why it cannot be compared: a part of another shape or dtype; or ""."""
        for part, x in self.found.items():
            if x.shape != self.expected.truth[part].shape or x.dtype != self.expected.dtype_of(
                part
            ):
                return judge(self.expected, {part: x}).reason
        return ""

    @functools.cached_property
    def broken(self) -> frozenset[str]:
        """Parts with NaN or infinity where the truth is finite."""
        return frozenset(
            part
            for part, x in self.found.items()
            if not np.isfinite(x.astype(float)[np.isfinite(self.expected.truth[part])]).all()
        )

    @functools.cached_property
    def error(self) -> float:
        """Relative RMS of the part that is furthest from the truth."""
        truth = self.expected.truth
        return max(measure(x, truth[part]).rms for part, x in self.found.items())

    @functools.cached_property
    def says_nothing(self) -> bool:
        """Hardly a number that is neither NaN, infinite nor zero came of it."""
        numbers = self.found["out"].astype(float)
        return bool((np.isfinite(numbers) & (numbers != 0)).sum() < numbers.size / 4)

    def shares(self, part: str) -> np.ndarray:
        """Errors of a part's rows against what is allowed: (batch, heads ..., row)."""
        truth = self.expected.truth[part]
        found = self.found[part].astype(truth.dtype)
        errors = row_errors(as_rows(found), as_rows(truth)) / self.expected.allowed[part].row
        return np.where(np.isnan(errors), np.inf, errors)


@dataclass
class Runs:
    """Cases of one operator and rule: those that failed, run again, and those that passed.

    failures   name -> what was seen and found
    reasons    name -> why nothing was found that could be compared
    passed     names
    """

    target: Target
    operator: str
    passed: list[str]
    failures: dict[str, Failure] = field(default_factory=dict)
    reasons: dict[str, str] = field(default_factory=dict)
    _facts: dict[str, Facts] = field(default_factory=dict)

    def facts(self, names: Iterable[str]) -> list[Facts]:
        """The facts of these cases."""
        return [self._facts_of(name) for name in names]

    def _facts_of(self, name: str) -> Facts:
        if name not in self._facts:
            self._facts[name] = facts_of(self.case(name))
        return self._facts[name]

    def case(self, name: str) -> Case:
        """A case, as the target was asked it."""
        return self.failures[name].case if name in self.failures else _case(name)

    def tokens(self, name: str) -> int:
        """How long a case is."""
        return length_of(self.case(name))

    def again(self, name: str) -> Failure:
        """Run a case again, keeping everything; `MisbehavedError` if nothing comes of it."""
        return run_again(self.target, self.operator, self.case(name))


_case = functools.lru_cache(maxsize=256)(find_case)

CHANGED = "failed, and passed when it was run again: its results change from call to call"

DIED = ("raised TimeoutError", "raised ChildProcessError")
"""What is not tried again: it would take as long, or die again."""


def runs_again(target: Target, operator: str, failed: dict[str, str], passed: list[str]) -> Runs:
    """Run failed cases, name -> reason, again."""
    runs = Runs(target, operator, passed)
    for name, reason in failed.items():
        if reason.startswith(DIED):
            runs.reasons[name] = reason
            continue
        try:
            failure = runs.again(name)
        except (MisbehavedError, ValueError) as error:
            runs.reasons[name] = str(error)
            continue
        if failure.unlike or not failure.wrong:
            runs.reasons[name] = failure.unlike or CHANGED
        else:
            runs.failures[name] = failure
    return runs


def ask(target: Target, case: Case) -> Asked:
    """What a target is asked in a case."""
    return _ask(target, case)[0]


def run_again(target: Target, operator: str, case: Case) -> Failure:
    """Run a candidate on a case, keeping everything."""
    asked, inputs = _ask(target, case)
    found = run(target, operator, case, inputs, asked.expected.truth)
    return Failure(asked.case, asked.seen, asked.call, asked.expected, found)


def _ask(target: Target, case: Case) -> tuple[Asked, Arrays]:
    """The same, and the inputs in the target's convention."""
    case, convention = contract_of(target).asked(case), target.convention
    inputs = convention.to_foreign(case, target.dtype)
    expected = expect(case, inputs, convention, target.dtype)
    wide = np.longdouble if target.dtype == np.float64 else np.float64
    seen = convention.to_grammar(case, inputs, wide)
    return Asked(case, seen, call_options(case, convention), expected), inputs


def examples(names: Iterable[str], most: int) -> list[str]:
    """The shortest of these cases of each regime, the shortest first; and the longest of all."""
    sized = sorted(names, key=lambda name: (length_of(_case(name)), _entries(_case(name))))
    first = {name.split("/")[1]: name for name in reversed(sized)}
    shortest = [name for name in sized if name in set(first.values())][:most]
    return list(dict.fromkeys([*shortest, *sized[-1:]]))


def _entries(case: Case) -> int:
    return max(x.size for x in case.inputs.values())
