"""Run a target over the cases of its rules, and say where it departs from them.

    report = refmem.oracle.check(my_delta, rule="delta")
    report.conforms, report.failures[0].reason

A candidate may crash, change its inputs, or return anything: that is a failed case, never the end
of the run.
"""

from __future__ import annotations

import functools
import re
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

import numpy as np

from refmem.memory.rule import Rule
from refmem.oracle.border.conventions import REFMEM, Convention
from refmem.oracle.border.files import convention_from
from refmem.oracle.border.layouts import Arrays
from refmem.oracle.cases.case import Case, find_case, find_rule
from refmem.oracle.cases.regimes import REGIMES
from refmem.oracle.plan import expect_one_choice, make_plan
from refmem.oracle.question import Questions
from refmem.oracle.targets.callable import PythonCallable
from refmem.oracle.targets.contract import ANYTHING, Contract
from refmem.oracle.targets.elsewhere import Lost, run_elsewhere
from refmem.oracle.targets.find import find_target, of_this_thread
from refmem.oracle.targets.running import MisbehavedError, contract_of, outside, run
from refmem.oracle.targets.target import Target
from refmem.oracle.verdict.answers import as_text, failed, from_text
from refmem.oracle.verdict.budget import Expected, Verdict, judge
from refmem.oracle.verdict.laws import is_law, parts_of, run_law
from refmem.oracle.verdict.outcomes import FAILED, OUTSIDE, PASSED, REFUSED, Outcome, Report
from refmem.oracle.verdict.sensitivity import DegenerateError
from refmem.support.arguments import ChoiceError
from refmem.support.sweep import in_order
from refmem.support.threads import one_thread


def check(
    target: str | Target | Callable[..., Any],
    *,
    rule: str | Rule | None = None,
    case: str | None = None,
    seeds: Iterable[int] | None = None,
    regimes: Iterable[str] = (),
    dtype: Any = None,
    convention: str | Convention = REFMEM,
    library: str = "numpy",
    contract: Contract = ANYTHING,
    properties: bool = False,
    gradients: bool = False,
    fail_fast: bool = False,
    smoke: bool = False,
    watch: Callable[[int, int], None] | None = None,
    executor: Executor | None = None,
) -> Report:
    """Check a target: its name, a Target, or a function (with its rule).

    rule, case, seeds, regimes   run only this rule, case, seeds of every regime, or regimes; a rule
                                 outside refmem is given itself, or as module:rule
    dtype                        of a function's inputs and results; float32 unless given
    convention, library, contract   how it takes its arrays, whose they are, and what it lacks
    properties          also the laws of refmem.oracle.verdict.properties, such as split@ordinary/5
    gradients           also gradients, such as gradient@ordinary/1
    fail_fast           stop at the first case that fails
    smoke               only the cases of each rule that find the most mistakes, 20 at most
    watch               called with (done, total) after every case
    executor            where to run the cases; in this process and thread if None. A target that
                        does not pickle is given by its name. A case whose worker dies of it failed
    """
    rule = None if rule is None else find_rule(rule).path
    expect_one_choice(rule, case, seeds, smoke)
    of_rule = rule or (case.split("/")[0] if case else None)
    making = _Making(of_rule, dtype, convention, library, contract)
    chosen = making.target(target)
    plan = make_plan(chosen, rule, case, seeds, regimes, properties, gradients, fail_fast, smoke)
    if executor is not None:
        sent = getattr(target, "making", None) or target
        answers = run_elsewhere(partial(_run_there, sent, making), plan.names, executor, watch)
        found = [_heard(chosen, *answered) for answered in zip(plan.names, answers, strict=True)]
    elif fail_fast:
        found = list(_until_failure(chosen, plan.names, watch))
    else:
        found = in_order(partial(_run_by_name, chosen), plan.names, watch=watch)
    outcomes = [outcome for some in found for outcome in some]
    lacks = contract_of(chosen).lacks
    looked_at = _without_groups(_without_options(outcomes))
    return Report(chosen.name, tuple(looked_at), lacks, plan.partial)


GROUPED = {one.name for one in REGIMES if one.sharing in ("queries", "values")}
"""Regimes in which heads share."""


@dataclass(frozen=True)
class _Making:
    """What makes a target of a name or a function."""

    rule: str | None
    dtype: Any
    convention: str | Convention
    library: str
    contract: Contract

    def target(self, target: Any) -> Target:
        """The target of a name, or of a function; a target itself as it is."""
        if hasattr(target, "operators"):
            return target
        if isinstance(target, str):
            return find_target(target, self.rule, self.dtype)
        if self.rule is None:
            raise ChoiceError(
                "check: rule has no value, expected a rule's name, because a function does not say "
                "its rule"
            )
        chosen = convention_from(self.convention)
        given = self.dtype or np.float32, "", chosen, self.library
        return PythonCallable(target, self.rule, *given, contract=self.contract)


_find_once = functools.lru_cache(maxsize=1)(find_target)
"""A worker runs many cases of the same name."""


def _until_failure(
    target: Target, names: Sequence[str], watch: Callable[[int, int], None] | None
) -> Iterator[list[Outcome]]:
    for done, name in enumerate(names, 1):
        outcomes = _run_by_name(target, name)
        yield outcomes
        if watch is not None:
            watch(done, len(names))
        if any(one.status == FAILED for one in outcomes):
            return


def _run_there(sent: Any, making: _Making, name: str) -> str:
    """The outcomes of a case on a worker, for a target, its name, or what makes it, as text."""

    def run_case() -> list[Outcome]:
        return _run_by_name(_made_there(sent, making), name)

    return as_text(run_case)


def _made_there(sent: Any, making: _Making) -> Target:
    if isinstance(sent, dict):
        return of_this_thread(sent)
    is_name = isinstance(sent, str)
    return _find_once(sent, making.rule, making.dtype) if is_name else making.target(sent)


REFUSED_NAME = re.compile(r"raised TypeError: .*unexpected keyword argument '(\w+)'")
"""What Python says where a function does not take what its signature hides, as `**given` does."""


def _without_options(outcomes: list[Outcome]) -> list[Outcome]:
    """The same, but cases of an option lie outside for a function that turns out not to take it."""
    found = []
    for one in outcomes:
        said = REFUSED_NAME.match(one.reason)
        if said and said[1] in find_case(re.sub(r"/[\w-]+@", "/", one.case)).options:
            one = replace(one, status=OUTSIDE, reason=f"it takes no {said[1]}")
        found.append(one)
    return found


def _without_groups(outcomes: list[Outcome]) -> list[Outcome]:
    """The same, but heads that share lie outside for a function that takes no axis for them: it
    raises on all cases of such a regime, and on none where heads do not share. A case in the
    grammar has an axis more there."""
    raised = {one.regime for one in outcomes if one.reason.startswith("raised ")}
    ran = {one.regime for one in outcomes if one.judged and not one.reason.startswith("raised ")}
    outside = raised - ran
    if not outside or not raised <= GROUPED:
        return outcomes
    return [
        replace(one, status=OUTSIDE, reason=f"it takes no axis of heads that share: {one.reason}")
        if one.judged and one.regime in outside
        else one
        for one in outcomes
    ]


def _heard(target: Target, name: str, answer: Any) -> list[Outcome]:
    """The outcomes of a case that ran on a worker, or died there."""
    operators = [one for part in parts_of(target, name.split("/")[0]) for one in part.operators]
    if isinstance(answer, Lost):
        return failed(name, operators, answer.reason)
    return from_text(answer, name, operators)


def _run_by_name(target: Target, name: str) -> list[Outcome]:
    """The outcomes of a case or a law, and how long each took."""
    begun = time.perf_counter()
    with one_thread():
        found = run_law(target, name) if is_law(name) else _run_case(target, find_case(name))
    each = (time.perf_counter() - begun) / max(len(found), 1)
    return [replace(one, seconds=each) for one in found]


def _run_case(target: Target, case: Case) -> list[Outcome]:
    questions = Questions(case)
    parts = parts_of(target, case.rule.path)
    with np.errstate(all="ignore"):
        return [one for part in parts for one in _run_part(part, questions)]


def _run_part(target: Target, questions: Questions) -> list[Outcome]:
    case = questions.case
    reasons = {one: outside(target, one, case) for one in target.operators}
    if all(reasons.values()):
        return [
            Outcome(o, case.name, OUTSIDE, reason=why, tokens=case.tokens)
            for o, why in reasons.items()
        ]
    case, inputs, expected = questions.to(target)
    if isinstance(expected, DegenerateError):
        return [
            Outcome(one, case.name, REFUSED, reason=str(expected), tokens=case.tokens)
            for one in target.operators
        ]
    outcomes = []
    for operator, why in reasons.items():
        if why:
            outcomes.append(Outcome(operator, case.name, OUTSIDE, reason=why))
        else:
            outcomes.append(_judge_run(target, operator, case, inputs, expected))
    return outcomes


def _judge_run(
    target: Target, operator: str, case: Case, inputs: Arrays, expected: Expected
) -> Outcome:
    """Run a candidate on copies of its inputs, and judge what comes back."""
    missing: tuple[str, ...] = ()
    try:
        found = run(target, operator, case, inputs, expected.truth)
        missing = tuple(part for part in expected.truth if part not in found)
        verdict = judge(expected, found)
    except MisbehavedError as error:
        verdict = Verdict(np.inf, np.inf, str(error))
    unshown = tuple(getattr(expected, "unshown", ()))
    return Outcome(
        operator,
        case.name,
        PASSED if verdict.passed else FAILED,
        verdict.error,
        verdict.share,
        verdict.reason,
        case.tokens,
        missing,
        tuple(name for name in case.axes if name not in unshown),
        unshown,
    )
