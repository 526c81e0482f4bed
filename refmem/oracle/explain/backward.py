"""What is wrong with a backward pass, in plain words: which gradients, and by which known mistake.

    kernel: gradient by beta is wrong, by q, k, v, alpha and state right, in 6 of 6 failed cases
    it equals that of gated_delta with beta's gradient summed over the batch (1.1e-7)

Cases whose gradients failed are run again, and what comes back is compared with every mutant of
`refmem.oracle.explain.mutants.gradients`.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from refmem.oracle.border.layouts import Arrays
from refmem.oracle.cases.case import find_case
from refmem.oracle.explain.again import examples
from refmem.oracle.explain.equal import EXAMPLES, NEARER, SLACK
from refmem.oracle.explain.hints import hints
from refmem.oracle.explain.mutants.backward import GradientMutant, mutated_gradients
from refmem.oracle.explain.mutants.gradients import GRADIENT_MUTANTS
from refmem.oracle.explain.said import REPORTS
from refmem.oracle.explain.survey import listed, references
from refmem.oracle.targets.running import MisbehavedError, asked
from refmem.oracle.targets.target import Target
from refmem.oracle.verdict.budget import judge
from refmem.oracle.verdict.gradients import Backward, expect_gradients, run_backward
from refmem.oracle.verdict.laws import case_of_gradient, gradient_target, is_gradient, parts_of
from refmem.oracle.verdict.metrics import measure, same_specials, short
from refmem.oracle.verdict.outcomes import FAILED, Outcome
from refmem.support.threads import one_thread


@dataclass(frozen=True)
class GradientDiagnosis:
    """What the gradients of a target by the inputs of one rule equal.

    wrong, right  names of inputs, by whose gradients are wrong in some case, and right in all
    mutant        whose mistake explains them, or None
    error         relative RMS of the gradients against those of the mutant
    cases         how many cases it explains
    of            how many were looked at
    hints         what else can be said
    """

    operator: str
    rule: str
    wrong: tuple[str, ...]
    right: tuple[str, ...]
    mutant: GradientMutant | None
    error: float
    cases: int
    of: int
    hints: tuple[str, ...]

    def __str__(self) -> str:
        lines = [f"{self.operator}: {self._whose()}"]
        if self.mutant:
            equal = "they equal those" if len(self.wrong) > 1 else "it equals that"
            mistake = f"{equal} of {self.rule} with {self.mutant.says} ({short(self.error)})"
            lines += [
                f"{mistake}, in {self.cases} of {self.of} failed cases",
                f"look at {self.mutant.look}",
            ]
            seen = references(self.mutant.seen)
            lines += [f"seen before: {listed(seen, REPORTS)}"] if seen else []
        return "\n".join([*lines, *self.hints])

    def _whose(self) -> str:
        if not self.wrong:
            return f"no gradients of {self.rule} come of it"
        many = len(self.wrong) > 1
        wrong = f"gradient{'s' if many else ''} by {_listed(self.wrong)} {'are' if many else 'is'}"
        beside = f", by {_listed(self.right)} right" if self.right else ""
        return f"{wrong} wrong{beside}"


def diagnose_gradients(target: Target, outcomes: Iterable[Outcome]) -> list[GradientDiagnosis]:
    """One diagnosis for each operator and rule whose gradients failed in some case."""
    failed: dict[tuple[str, str], list[str]] = {}
    for one in outcomes:
        if one.status == FAILED and is_gradient(one.case):
            failed.setdefault((one.operator, one.rule), []).append(case_of_gradient(one.case))
    found = []
    with np.errstate(all="ignore"), one_thread():
        for (operator, rule), names in failed.items():
            part = next(p for p in parts_of(target, rule) if operator in p.operators)
            found.append(_diagnose(part, operator, rule, examples(names, EXAMPLES)))
    return found


Run = tuple[Backward, Arrays]
"""What was asked, and the gradients that came back."""


def _diagnose(part: Target, operator: str, rule: str, names: Sequence[str]) -> GradientDiagnosis:
    runs, said = [], []
    function = gradient_target(part)
    for name in names:
        stateless = bool(getattr(part, "stateless", ()))
        backward = expect_gradients(
            asked(part, find_case(name)), part.convention, part.dtype, stateless
        )
        try:
            runs.append((backward, run_backward(function, backward)))
        except MisbehavedError as error:
            said.append(f"{name}: {error}")
    wrong = list(dict.fromkeys(one for run in runs for one in _wrong(*run)))
    right = list(dict.fromkeys(n for _, found in runs for n in found if n not in wrong))
    mutant, errors = _likeliest(runs)
    if mutant is None:
        said += [hint for run in runs[:1] for hint in _hints(*run)]
    return GradientDiagnosis(
        operator,
        rule,
        tuple(wrong),
        tuple(right),
        mutant,
        max(errors, default=np.inf),
        len(errors),
        len(runs),
        tuple(said[:3]),
    )


def _wrong(backward: Backward, found: Arrays) -> list[str]:
    return [n for n, x in found.items() if not judge(backward.expected, {n: x}).passed]


def _hints(backward: Backward, found: Arrays) -> list[str]:
    wrong = {name: found[name] for name in _wrong(backward, found)}
    return [f"gradient by {hint}" for hint in hints(backward.expected, wrong, backward.seen)]


def _likeliest(runs: Sequence[Run]) -> tuple[GradientMutant | None, list[float]]:
    """The mutant that explains the most, at least half, of these gradients; how near it is."""
    best: GradientMutant | None = None
    most: list[float] = []
    for mutant in GRADIENT_MUTANTS:
        errors = [error for run in runs if (error := distance(mutant, *run)) < np.inf]
        if len(errors) > len(most) and len(errors) >= len(runs) / 2:
            best, most = mutant, errors
    return best, most


def distance(mutant: GradientMutant, backward: Backward, found: Arrays) -> float:
    """How far gradients are from those of a mutant: infinite unless the same up to rounding."""
    if not mutant.can_explain(backward):
        return np.inf
    expected, worst, wrong = backward.expected, 0.0, 0.0
    for name, made in mutated_gradients(mutant, backward).items():
        x = found[name].astype(made.dtype)
        if not same_specials(x, made):
            return np.inf
        error = measure(x, made).rms
        if not error <= SLACK * expected.allowed[name].rms:
            return np.inf
        worst = max(worst, error)
        wrong = max(wrong, measure(x, expected.truth[name]).rms)
    return worst if worst <= wrong / NEARER else np.inf


def _listed(names: Sequence[str]) -> str:
    """One, two and three."""
    *most, last = names
    return f"{', '.join(most)} and {last}" if most else last
