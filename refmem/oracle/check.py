"""Run a target over the cases of its rules, and say where it departs from them.

    report = refmem.oracle.check(my_delta, rule="delta")
    report.conforms, report.failures[0].reason

A candidate may crash, change its inputs, or return anything: that is a failed case, never the end
of the run.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterable
from concurrent.futures import Executor
from typing import Any

import numpy as np

from refmem.oracle.border.layouts import Arrays
from refmem.oracle.cases.case import Case, find_case, find_rule, names_of
from refmem.oracle.targets.callable import PythonCallable
from refmem.oracle.targets.elsewhere import Lost, run_elsewhere
from refmem.oracle.targets.find import find_target, of_this_thread
from refmem.oracle.targets.running import MisbehavedError, outside, run
from refmem.oracle.targets.target import Target
from refmem.oracle.verdict.budget import Expected, Verdict, expect, judge
from refmem.oracle.verdict.laws import is_law, laws_of, parts_of, run_law
from refmem.oracle.verdict.outcomes import FAILED, OUTSIDE, PASSED, REFUSED, Outcome, Report
from refmem.oracle.verdict.sensitivity import DegenerateError
from refmem.support.arguments import ChoiceError
from refmem.support.sweep import in_order
from refmem.support.threads import one_thread


def check(
    target: str | Target | Callable[..., Any],
    *,
    rule: str | None = None,
    case: str | None = None,
    seeds: Iterable[int] | None = None,
    dtype: Any = None,
    properties: bool = False,
    gradients: bool = False,
    watch: Callable[[int, int], None] | None = None,
    executor: Executor | None = None,
) -> Report:
    """Check a target: its name, a Target, or a function in refmem's grammar (with its rule).

    rule, case, seeds   run only this rule, this case, or these seeds of every regime
    dtype               of a function's inputs and results: float16, float32 (default) or float64
    properties          also the laws of refmem.oracle.verdict.properties, such as split@ordinary/5
    gradients           also gradients, such as gradient@ordinary/1
    watch               called with (done, total) after every case
    executor            where to run the cases; in this process and thread if None. A target that
                        does not pickle is given by its name. A case whose worker dies of it failed
    """
    if case is not None:
        only = case.split("/")[0] if is_law(case) else find_case(case).rule.name
        if rule not in (None, only) or seeds is not None:
            raise ChoiceError(f"check: case {case} names its rule and seed, expected no other")
        rule = only
    chosen = _as_target(target, rule, dtype)
    names = _plan(chosen, rule, seeds)
    names += laws_of(chosen.rules if rule is None else [rule], names, properties, gradients)
    names = names if case is None else [case]
    if executor is None:
        found = in_order(functools.partial(_run_by_name, chosen), names, watch=watch)
    else:
        sent = getattr(target, "making", None) or target
        one = functools.partial(_run_there, sent, rule, dtype)
        found = run_elsewhere(one, names, executor, watch)
    outcomes = [
        outcome
        for name, some in zip(names, found, strict=True)
        for outcome in (_lost(chosen, name, some.reason) if isinstance(some, Lost) else some)
    ]
    return Report(chosen.name, tuple(outcomes))


def _run_there(sent: Any, rule: str | None, dtype: Any, name: str) -> list[Outcome]:
    """The outcomes of a case on a worker, for a target, its name, or what makes it."""
    if isinstance(sent, dict):
        return _run_by_name(of_this_thread(sent), name)
    make = _as_target_once if isinstance(sent, str) else _as_target
    return _run_by_name(make(sent, rule, dtype), name)


def _lost(target: Target, name: str, reason: str) -> list[Outcome]:
    """The outcomes of a case whose worker died."""
    return [
        Outcome(operator, name, FAILED, np.inf, np.inf, reason)
        for part in parts_of(target, name.split("/")[0])
        for operator in part.operators
    ]


def _run_by_name(target: Target, name: str) -> list[Outcome]:
    with one_thread():
        return run_law(target, name) if is_law(name) else _run_case(target, find_case(name))


def _as_target(target: Any, rule: str | None, dtype: Any) -> Target:
    if isinstance(target, str):
        return find_target(target, rule, dtype)
    if hasattr(target, "operators"):
        return target
    if rule is None:
        raise ChoiceError(
            "check: rule has no value, expected a rule's name, because a function does not say its "
            "rule"
        )
    return PythonCallable(target, rule, dtype or np.float32)


_as_target_once = functools.lru_cache(maxsize=1)(_as_target)
"""A worker runs many cases of the same name."""


def _plan(target: Target, rule: str | None, seeds: Iterable[int] | None) -> list[str]:
    """Names of the cases of one rule, or of every rule of the target."""
    rules = target.rules if rule is None else (find_rule(rule).name,)
    for one in rules:
        if one not in target.rules:
            raise ChoiceError(
                f"{target.name}: rule has name {one!r}, expected one of {', '.join(target.rules)}, "
                "because the target has no other"
            )
    return [name for one in rules for name in names_of(find_rule(one), seeds)]


def _run_case(target: Target, case: Case) -> list[Outcome]:
    with np.errstate(all="ignore"):
        return [one for part in parts_of(target, case.rule.name) for one in _run_part(part, case)]


def _run_part(target: Target, case: Case) -> list[Outcome]:
    reasons = {one: outside(target, one, case) for one in target.operators}
    if all(reasons.values()):
        return [Outcome(o, case.name, OUTSIDE, reason=why) for o, why in reasons.items()]
    inputs = target.convention.to_foreign(case.inputs, case.axes, target.dtype)
    try:
        expected = expect(case, inputs, target.convention, target.dtype)
    except DegenerateError as refusal:
        return [Outcome(one, case.name, REFUSED, reason=str(refusal)) for one in target.operators]
    outcomes = []
    for operator, why in reasons.items():
        if why:
            outcomes.append(Outcome(operator, case.name, OUTSIDE, reason=why))
            continue
        verdict = _judge_run(target, operator, case, inputs, expected)
        status = PASSED if verdict.passed else FAILED
        outcomes.append(
            Outcome(operator, case.name, status, verdict.error, verdict.share, verdict.reason)
        )
    return outcomes


def _judge_run(
    target: Target, operator: str, case: Case, inputs: Arrays, expected: Expected
) -> Verdict:
    """Run a candidate on copies of its inputs, and judge what comes back."""
    try:
        found = run(target, operator, case, inputs, expected.truth)
    except MisbehavedError as error:
        return Verdict(np.inf, np.inf, str(error))
    return judge(expected, found)
