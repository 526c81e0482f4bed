"""What is checked of a candidate beside its results: laws it must obey, and its gradients.

gated_delta/split@short-chunks/5     a law of refmem.oracle.verdict.properties, on a case
gated_delta/gradient@ordinary/1      gradients, by every input of a case
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from refmem.oracle.cases.case import find_case, find_rule
from refmem.oracle.targets.callable import PythonCallable
from refmem.oracle.targets.gradient import GradientCallable
from refmem.oracle.targets.isolated import Isolated
from refmem.oracle.targets.running import asked, outside
from refmem.oracle.targets.target import Target
from refmem.oracle.verdict.budget import Verdict
from refmem.oracle.verdict.gradients import judge_gradient, without_gradient
from refmem.oracle.verdict.outcomes import FAILED, OUTSIDE, PASSED, Outcome
from refmem.oracle.verdict.properties import (
    OutsideError,
    find_property,
    judge_property,
    property_cases,
)
from refmem.oracle.verdict.sensitivity import DegenerateError

GRADIENT = "gradient"
LONGEST = 65
"""Tokens of the longest case whose gradients are compared: a tape remembers all of them."""


def is_law(name: str) -> bool:
    """Whether it names a law or a gradient on a case, and not a case."""
    return "@" in name


def is_gradient(name: str) -> bool:
    """Whether it names the gradients of a case."""
    return f"/{GRADIENT}@" in name


def gradient_of(case: str) -> str:
    """The name of the gradients of a case.

    >>> gradient_of("delta/ordinary/1")
    'delta/gradient@ordinary/1'
    """
    return case.replace("/", f"/{GRADIENT}@", 1)


def case_of_gradient(name: str) -> str:
    """The case that gradient@regime is about.

    >>> case_of_gradient("delta/gradient@ordinary/1")
    'delta/ordinary/1'
    """
    return name.replace(f"{GRADIENT}@", "")


def gradient_target(target: Target) -> Target:
    """The target whose runs give gradients; `OutsideError` if it has none."""
    here = target.here if isinstance(target, Isolated) else target
    if not isinstance(here, PythonCallable):
        raise OutsideError("gradients are of functions only")
    if not here.backward:
        raise OutsideError("the function has no gradients")
    return target.gradient() if isinstance(target, Isolated) else GradientCallable(here)


def laws_of(
    rules: Sequence[str], names: Sequence[str], properties: bool, gradients: bool
) -> list[str]:
    """The laws of these rules, and the gradients of these cases."""
    laws = [law for rule in rules for law in property_cases(find_rule(rule))] if properties else []
    if not gradients:
        return laws
    return laws + [gradient_of(name) for name in names if is_short(name)]


def is_short(name: str) -> bool:
    """Whether a case is short enough for gradients."""
    return find_case(name).tokens <= LONGEST


def parts_of(target: Target, rule: str) -> list[Target]:
    """The target, or those of its parts that have the rule."""
    return [part for part in getattr(target, "parts", (target,)) if rule in part.rules]


def run_law(target: Target, name: str) -> list[Outcome]:
    """The outcomes of one law (or gradient) for every operator that has the rule."""
    outcomes = []
    with np.errstate(all="ignore"):
        for part in parts_of(target, name.split("/")[0]):
            outcomes += [_run_one(part, operator, name) for operator in part.operators]
    return outcomes


def _run_one(target: Target, operator: str, name: str) -> Outcome:
    try:
        verdict = _judge(target, operator, name)
    except (OutsideError, DegenerateError) as reason:
        return Outcome(operator, name, OUTSIDE, reason=str(reason))
    status = PASSED if verdict.passed else FAILED
    return Outcome(operator, name, status, verdict.error, verdict.share, verdict.reason)


def _judge(target: Target, operator: str, name: str) -> Verdict:
    if not is_gradient(name):
        one, case = find_property(name)
        return judge_property(target, operator, one, case)
    case = find_case(case_of_gradient(name))
    reason = outside(target, operator, case) or without_gradient(case)
    if reason:
        raise OutsideError(reason)
    return judge_gradient(gradient_target(target), asked(target, case))
