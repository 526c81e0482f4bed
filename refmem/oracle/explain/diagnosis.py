"""What is wrong with a candidate, in plain words: what its failures share, and what they equal.

    kernel: 26 of 118 cases of gated_delta fail, only where a state is passed: 26 of 26 failures,
    0 of 92 passes
    kernel: output and state equal gated_delta with the gate read as base-2 (3.1e-7), in 26 of 26
    failed cases

The cases that failed are run again. What equals a mutant, or a pair of them, is said to be that;
the rest falls into clusters, each of failures that share what passes lack, and its longest case is
described: a gain, a shift, a transposition, the heads and tokens that are wrong.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

import numpy as np

from refmem.oracle.explain.again import runs_again
from refmem.oracle.explain.facts import Facts
from refmem.oracle.explain.laws import broken_laws
from refmem.oracle.explain.making import Making
from refmem.oracle.explain.said import Diagnosis
from refmem.oracle.explain.shared import Shared, shared
from refmem.oracle.targets.target import Target
from refmem.oracle.verdict.laws import is_gradient, is_law, parts_of
from refmem.oracle.verdict.outcomes import FAILED, PASSED, Outcome
from refmem.support.threads import one_thread

__all__ = ["Diagnosis", "diagnose"]


def diagnose(target: Target, outcomes: Iterable[Outcome]) -> list[Diagnosis]:
    """What each operator and rule that failed a case, or a law, does wrong: one for each cause."""
    by_rule: dict[tuple[str, str], list[Outcome]] = {}
    for one in outcomes:
        if not is_gradient(one.case):
            by_rule.setdefault((one.operator, one.rule), []).append(one)
    found = []
    with np.errstate(all="ignore"), one_thread():
        for (operator, rule), some in by_rule.items():
            if any(one.status == FAILED for one in some):
                part = next(p for p in parts_of(target, rule) if operator in p.operators)
                kernels = which_kernels(target, rule, by_rule)
                made = _diagnose(part, operator, rule, some)
                found += [replace(one, kernels=kernels) for one in made]
    return found


def which_kernels(
    target: Target, rule: str, outcomes: Mapping[tuple[str, str], Sequence[Outcome]]
) -> str:
    """Which kernels of a rule fail, where others pass: those of one dtype, or one alone; or ""."""
    facts: dict[str, list[Facts]] = {FAILED: [], PASSED: []}
    for part in parts_of(target, rule):
        for operator in part.operators:
            own = {f"the dtype is {part.dtype}": True, f"the kernel is {operator}": True}
            for one in outcomes.get((operator, rule), ()):
                if one.status in facts and not is_law(one.case):
                    facts[one.status].append(own)
    said = shared(facts[FAILED], facts[PASSED])
    return str(replace(said, also=())) if said.facts and said.separates else ""


def _diagnose(
    part: Target, operator: str, rule: str, outcomes: Sequence[Outcome]
) -> list[Diagnosis]:
    failed = {o.case: o.reason for o in outcomes if o.status == FAILED and not is_law(o.case)}
    passed = [one.case for one in outcomes if one.status == PASSED and not is_law(one.case)]
    laws = broken_laws(outcomes)
    if not failed:
        return [Diagnosis(operator, rule, Shared((), 0, 0, 0, len(passed)), (), 0, hints=laws)]
    made = Making(operator, rule, runs_again(part, operator, failed, passed))
    found = [*made.equal(), *made.unknown(), *made.refused()]
    first = found[0]
    return [replace(first, hints=(*first.hints, *laws)), *found[1:]]
