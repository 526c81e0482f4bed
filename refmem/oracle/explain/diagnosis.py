"""What is wrong with a candidate, in plain words: which mistake, made in the rule, gives the same.

    kernel: output and state equal gated_delta with the gate read as base-2 (3.1e-7), in 6 of 6
    failed cases

The cases that failed are run again, and what the candidate returned is compared with every mutant,
and if none fits with every pair of mutants. What equals no mutant gets hints: a gain, a shift, a
transposition, the heads and tokens that are wrong.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from refmem.oracle.border.layouts import Arrays
from refmem.oracle.cases.case import Case, find_case
from refmem.oracle.explain.hints import hints
from refmem.oracle.explain.mutants import MUTANTS, Mutant, run_mutants
from refmem.oracle.targets.running import MisbehavedError, run
from refmem.oracle.targets.target import Target
from refmem.oracle.verdict.budget import Expected, call_options, expect, judge
from refmem.oracle.verdict.laws import is_law, parts_of
from refmem.oracle.verdict.metrics import measure, same_specials, short
from refmem.oracle.verdict.outcomes import FAILED, PASSED, Outcome
from refmem.support.threads import one_thread

EXAMPLES = 6
"""How many failed cases are looked at first, one of each regime; the rest decide between equals."""

FOR_PAIRS = 2
"""How many of them are looked at with pairs of mutants."""

SLACK = 8
"""A mutant's result may be this many budgets away: its numbers are another rule's."""

NEARER = 4
"""How many times nearer to a wrong result a mutant must be than the truth."""


@dataclass(frozen=True)
class Failure:
    """A case, run again: what was seen, expected and found."""

    case: Case
    seen: Arrays
    call: dict[str, Any]
    expected: Expected
    found: Arrays

    @property
    def says_nothing(self) -> bool:
        """NaN, infinity or zeros came of it, which many mistakes give."""
        truth = self.expected.truth
        finite = (np.isfinite(x[np.isfinite(truth[p])]).all() for p, x in self.found.items())
        return not all(finite) or not self.found["out"].any()


@dataclass(frozen=True)
class Diagnosis:
    """What a target's results for one rule equal.

    mutants  whose mistakes explain them, the likeliest first; empty if none do
    error    relative RMS of the results against those of the mutants
    cases    names of the cases that they explain
    of       how many were looked at
    hints    what else can be said
    """

    operator: str
    rule: str
    mutants: tuple[Mutant, ...]
    error: float
    cases: tuple[str, ...]
    of: int
    hints: tuple[str, ...]

    def __str__(self) -> str:
        if not self.mutants:
            said = f"{self.operator}: no known mistake in {self.rule} gives these results"
            return "\n".join([said, *self.hints])
        mistakes = ", and ".join(mutant.says for mutant in self.mutants)
        looks = "; ".join(mutant.look for mutant in self.mutants)
        seen = "; ".join(mutant.bug for mutant in self.mutants)
        equal = f"{self.operator}: output and state equal {self.rule} with {mistakes}"
        lines = [
            f"{equal} ({short(self.error)}), in {len(self.cases)} of {self.of} failed cases",
            f"look at {looks}",
            f"seen before: {seen}",
        ]
        return "\n".join([*lines, *self.hints])


def diagnose(target: Target, outcomes: Iterable[Outcome]) -> list[Diagnosis]:
    """One diagnosis for each operator and rule that failed a case."""
    by_rule: dict[tuple[str, str], list[Outcome]] = {}
    for one in (one for one in outcomes if not is_law(one.case)):
        by_rule.setdefault((one.operator, one.rule), []).append(one)
    found = []
    with np.errstate(all="ignore"), one_thread():
        for (operator, rule), some in by_rule.items():
            failed = [one.case for one in some if one.status == FAILED]
            passed = [one.case for one in some if one.status == PASSED]
            if failed:
                part = next(p for p in parts_of(target, rule) if operator in p.operators)
                found.append(_diagnose(part, operator, rule, examples(failed), examples(passed)))
    return found


def examples(names: Sequence[str]) -> list[str]:
    """The shortest of these cases of each regime, the shortest first."""
    sized = sorted(names, key=lambda name: _tokens(find_case(name)))
    first = {name.split("/")[1]: name for name in reversed(sized)}
    return sorted(first.values(), key=lambda name: _tokens(find_case(name)))


def _tokens(case: Case) -> int:
    return max(x.size for x in case.inputs.values())


def _diagnose(
    target: Target, operator: str, rule: str, failed: Sequence[str], passed: Sequence[str]
) -> Diagnosis:
    seen, said = _run_all(target, operator, failed[:EXAMPLES])
    for count, some in ((1, seen), (2, seen[:FOR_PAIRS])):
        tied = explanations(some, count)
        if len(tied) > 1:
            rest = failed[len(some) :] if count == 1 else failed[FOR_PAIRS:EXAMPLES]
            others, _ = _run_all(target, operator, [*rest, *passed[:EXAMPLES]])
            counts = {one.mutants: len(explained(one.mutants, others)) for one in tied}
            tied.sort(key=lambda one: -counts[one.mutants])
        if tied:
            best, hint = tied[0], tuple(said[:1])
            cases = tuple(best.errors)
            return Diagnosis(
                operator, rule, best.mutants, max(best.errors.values()), cases, len(some), hint
            )
    found = [hint for one in seen[:1] for hint in hints(one.expected, one.found, one.seen)]
    return Diagnosis(operator, rule, (), np.inf, (), len(seen), tuple(found + said[:3]))


def _run_all(
    target: Target, operator: str, names: Sequence[str]
) -> tuple[list[Failure], list[str]]:
    """These cases run again, and what is to be said of those that gave nothing."""
    seen, said = [], []
    for name in names:
        try:
            seen.append(run_again(target, operator, find_case(name)))
        except (MisbehavedError, ValueError) as error:
            said.append(f"{name}: {error}")
    return seen, said


def run_again(target: Target, operator: str, case: Case) -> Failure:
    """Run a candidate on a case, keeping everything."""
    inputs = target.convention.to_foreign(case.inputs, case.axes, target.dtype)
    expected = expect(case, inputs, target.convention, target.dtype)
    wide = np.longdouble if target.dtype == np.float64 else np.float64
    seen = target.convention.to_grammar(inputs, case.inputs, case.axes, wide)
    found = run(target, operator, case, inputs, expected.truth)
    return Failure(case, seen, call_options(case, target.convention), expected, found)


@dataclass(frozen=True)
class Explanation:
    """Mutants, and how far the results of the cases that they explain are from theirs."""

    mutants: tuple[Mutant, ...]
    errors: dict[str, float]


def explanations(failures: Sequence[Failure], count: int) -> list[Explanation]:
    """All choices of `count` mutants that explain the most of these results, and at least half."""
    found = [
        Explanation(mutants, explained(mutants, failures))
        for mutants in itertools.combinations(MUTANTS, count)
    ]
    most = max(len(one.errors) for one in found)
    if most < sum(not failure.says_nothing for failure in failures) / 2:
        return []
    return [one for one in found if len(one.errors) == most > 0]


def explained(mutants: Sequence[Mutant], failures: Sequence[Failure]) -> dict[str, float]:
    """Case -> how far its result is from that of these mutants, where it is the same."""
    errors = {failure.case.name: distance(mutants, failure) for failure in failures}
    return {name: error for name, error in errors.items() if error < np.inf}


def distance(mutants: Sequence[Mutant], failure: Failure) -> float:
    """How far a result is from that of mutants: infinite unless it is the same up to rounding."""
    if not all(mutant.fits(failure.case) for mutant in mutants) or failure.says_nothing:
        return np.inf
    try:
        made = run_mutants(mutants, failure.case, failure.seen, failure.call)
    except (ValueError, TypeError, np.linalg.LinAlgError):
        return np.inf  # the case cannot have the mistake
    worst = wrong = 0.0
    for part, x in failure.found.items():
        wide = x.astype(made[part].dtype)
        if wide.shape != made[part].shape or not same_specials(wide, made[part]):
            return np.inf
        error = measure(wide, made[part]).rms
        if not error <= SLACK * failure.expected.allowed[part].rms:
            return np.inf
        worst = max(worst, error)
        wrong = max(wrong, measure(wide, failure.expected.truth[part]).rms)
    is_right = judge(failure.expected, failure.found).passed
    return worst if is_right or worst <= wrong / NEARER else np.inf
