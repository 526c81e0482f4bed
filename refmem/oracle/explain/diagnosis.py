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

import itertools
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from refmem.oracle.explain.again import Failure, Runs, runs_again
from refmem.oracle.explain.equal import Claim, Search, whole_parts
from refmem.oracle.explain.hints import hints, row_of, where
from refmem.oracle.explain.laws import broken_laws
from refmem.oracle.explain.mutants import Mutant
from refmem.oracle.explain.refusals import advice, alike
from refmem.oracle.explain.rows import bar
from refmem.oracle.explain.shared import Shared, clusters, shared
from refmem.oracle.explain.survey import listed, references
from refmem.oracle.targets.target import Target
from refmem.oracle.verdict.laws import is_gradient, is_law, parts_of
from refmem.oracle.verdict.metrics import short
from refmem.oracle.verdict.outcomes import FAILED, PASSED, Outcome
from refmem.support.threads import one_thread

REPORTS = 4
"""How many reports of a mistake are listed."""

REFUSALS = 3
"""How many different messages are quoted, of calls that gave nothing."""


@dataclass(frozen=True)
class Diagnosis:
    """What some failures of an operator and rule have in common, and what they equal.

    shared   what separates them from the passes
    cases    their names
    of       how many failures there are in all
    run      how many cases were run
    mutants  whose mistakes explain them, the likeliest first; empty if none do
    error    relative RMS of the results against those of the mutants
    parts    of the results that were compared
    near     names of cases whose results are nearly those of the mutants
    found    whether there were results at all
    hints    what else can be said
    """

    operator: str
    rule: str
    shared: Shared
    cases: tuple[str, ...]
    of: int
    run: int = 0
    mutants: tuple[Mutant, ...] = ()
    error: float = np.inf
    parts: tuple[str, ...] = ("out",)
    near: tuple[str, ...] = ()
    found: bool = True
    hints: tuple[str, ...] = ()

    def __str__(self) -> str:
        return "\n".join([*self._which(), *(self._equal() if self.mutants else self._unknown())])

    def _which(self) -> Iterator[str]:
        """Which cases fail, where others pass."""
        if self.run > 1 and self.cases:
            many = f"{len(self.cases)} of {self.run} cases of {self.rule} fail"
            vague = self.mutants and self.shared.of_passes and not self.shared.facts
            yield f"{self.operator}: {many}{'' if vague else f', {self.shared}'}"

    def _equal(self) -> Iterator[str]:
        mistakes = ", and ".join(mutant.says for mutant in self.mutants)
        what = "output" if set(self.parts) == {"out"} else "output and state"
        equal = f"{self.operator}: {what} equal{'s' * (what == 'output')} {self.rule} with"
        counted = f"in {len(self.cases)} of {self.of} failed cases"
        counted += f", and nearly in {len(self.near)} more" if self.near else ""
        yield f"{equal} {mistakes} ({short(self.error)}), {counted}"
        yield f"look at {'; '.join(mutant.look for mutant in self.mutants)}"
        seen = references(tuple(row for mutant in self.mutants for row in mutant.seen))
        if seen:
            yield f"seen before: {listed(seen, REPORTS)}"
        yield from self.hints

    def _unknown(self) -> Iterator[str]:
        if self.found and self.cases:
            yield f"{self.operator}: no known mistake in {self.rule} gives these results"
        elif self.cases:
            yield f"{self.operator}: nothing of {self.rule} could be compared"
        else:
            yield f"{self.operator}: no case of {self.rule} fails, but it breaks laws"
        yield from self.hints


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
                found += _diagnose(part, operator, rule, some)
    return found


def _diagnose(
    part: Target, operator: str, rule: str, outcomes: Sequence[Outcome]
) -> list[Diagnosis]:
    failed = {o.case: o.reason for o in outcomes if o.status == FAILED and not is_law(o.case)}
    passed = [one.case for one in outcomes if one.status == PASSED and not is_law(one.case)]
    laws = broken_laws(outcomes)
    if not failed:
        return [Diagnosis(operator, rule, Shared((), 0, 0, 0, len(passed)), (), 0, hints=laws)]
    made = _Making(operator, rule, runs_again(part, operator, failed, passed))
    found = [*made.equal(), *made.unknown(), *made.refused()]
    first = found[0]
    return [replace(first, hints=(*first.hints, *laws)), *found[1:]]


@dataclass
class _Making:
    """The diagnoses of an operator and rule."""

    operator: str
    rule: str
    runs: Runs
    search: Search = field(init=False)

    def __post_init__(self) -> None:
        self.search = Search(self.runs)

    @property
    def of(self) -> int:
        """How many cases failed."""
        return len(self.runs.failures) + len(self.runs.reasons)

    def equal(self) -> Iterator[Diagnosis]:
        """One for each claim."""
        for claim in self.search.claims:
            names = list(claim.errors)
            some = self._about(names, self._longest(names, known=True))
            if not some.shared.separates:
                some = replace(some, shared=replace(some.shared, facts=()))
            worst = max(claim.errors.values())
            yield replace(some, mutants=claim.mutants, error=worst, near=claim.near)

    def unknown(self) -> Iterator[Diagnosis]:
        """One for each cluster of the rest, what is not finite apart from what is."""
        claimed = {name for one in self.search.claims for name in (*one.errors, *one.near)}
        rest = {n: f for n, f in self.runs.failures.items() if n not in claimed}
        broken = [name for name, failure in rest.items() if failure.broken]
        for names in (broken, [name for name in rest if name not in set(broken)]):
            for some in self._apart(names):
                lines = self._longest(some, known=False)
                yield self._about(some, (*lines, *self._nearly(some)))

    def refused(self) -> Iterator[Diagnosis]:
        """One for each message of calls that gave nothing to compare."""
        for names in itertools.islice(alike(self.runs.reasons).values(), REFUSALS):
            first = names[0]
            said = self.runs.reasons[first]
            more = advice(said, self.runs.case(first), self.runs.target.convention)
            some = self._about(names, (f"{first}: {said}", *more))
            yield replace(some, found=False)

    def _about(self, names: Sequence[str], said: Sequence[str]) -> Diagnosis:
        first = self.runs.failures.get(names[0])
        parts = ("out",) if first is None else tuple(first.found)
        return Diagnosis(
            self.operator,
            self.rule,
            self._shared(names),
            tuple(names),
            self.of,
            self.of + len(self.runs.passed),
            parts=parts,
            hints=tuple(said),
        )

    def _shared(self, names: Sequence[str]) -> Shared:
        """What separates these failures from all other cases, or from passes: what is simpler."""
        passed, mine = self.runs.facts(self.runs.passed), self.runs.facts(names)
        of_passes = shared(mine, passed)
        others = [name for name in (*self.runs.failures, *self.runs.reasons) if name not in names]
        if not others:
            return of_passes
        of_all = replace(shared(mine, passed + self.runs.facts(others)), others="other cases")
        exact = [
            one for one in (of_all, of_passes) if one.facts and one.separates and not one.passes
        ]
        if exact:
            return min(exact, key=lambda one: len(one.facts))
        return of_passes if of_passes.facts else of_all

    def _apart(self, names: Sequence[str]) -> Iterator[list[str]]:
        """Clusters of failures; those in which other parts are wrong apart, if facts tell them."""
        passed = self.runs.facts(self.runs.passed)
        for some in self._by_parts(names):
            for places in clusters(self.runs.facts(some), passed):
                yield [some[n] for n in places]

    def _by_parts(self, names: Sequence[str]) -> list[list[str]]:
        """All at once; but apart where a part is wrong, if facts tell these cases from the rest."""
        if not names:
            return []
        wrong = {name: self.runs.failures[name].wrong for name in names}
        parts = sorted(frozenset.union(*wrong.values()))
        sets = [[name for name in names if part in wrong[name]] for part in parts]
        main = max(sets, key=len)
        apart = [some for some in sets if self._is_apart(some, main, names)]
        taken = {name for some in apart for name in some if wrong[name] != wrong[main[0]]}
        rest = [name for name in names if name not in taken]
        return [one for one in (rest, *apart) if one]

    def _is_apart(self, some: Sequence[str], main: Sequence[str], names: Sequence[str]) -> bool:
        """Whether a part is wrong in other cases than most are, and a fact says in which."""
        if set(some) == set(main) or (set(some) <= set(main) and len(some) > len(main) / 2):
            return False
        others = [*self.runs.passed, *(name for name in names if name not in set(some))]
        told = shared(self.runs.facts(some), self.runs.facts(others))
        return told.is_exact

    def _longest(self, names: Sequence[str], known: bool) -> tuple[str, ...]:
        """The longest of these cases: what is wrong in it, and where, also as blocks."""
        name = max(names, key=self.runs.tokens)
        failure = self.runs.failures[name]
        title = f"the longest, {name} with T = {self.runs.tokens(name)}:"
        if not known:
            said = hints(failure.expected, failure.found, failure.seen)
        elif any((failure.shares(part) <= 1).any() for part in failure.wrong):
            said = [f"{part} {_where(failure, part)}" for part in sorted(failure.wrong)]
        else:
            return ()
        return (title, *(f"  {one}" for one in said), *_blocks(failure))

    def _nearly(self, names: Sequence[str]) -> Iterator[str]:
        """A mistake that explains what is finite here, or a few of these failures and not all."""
        for claim in self.search.claims:
            failure = self.runs.failures[names[-1]]
            parts = whole_parts(claim.mutants, failure) if failure.broken else []
            if set(parts) & failure.wrong:
                says = ", and ".join(mutant.says for mutant in claim.mutants)
                equal = f"equal{'s' * (len(parts) == 1)} {self.rule} with {says}"
                yield f"beside that, {' and '.join(parts)} {equal}"
        some = [one for one in self.search.doubted if set(names) & one.errors.keys()]
        best: Claim | None = max(some, key=lambda one: len(one.errors), default=None)
        if best is not None:
            rest = [name for name in names if name not in best.errors]
            facts = shared(self.runs.facts(best.errors), self.runs.facts(rest))
            says = ", and ".join(mutant.says for mutant in best.mutants)
            only = f", those where {' and '.join(facts.facts)}" if facts.facts else ""
            yield (
                f"not {says}: that gives {len(best.errors)} of these results{only}, and would be "
                "seen in others"
            )


def _where(failure: Failure, part: str) -> str:
    """Where a part is wrong."""
    truth = failure.expected.truth[part]
    found = failure.found[part].astype(truth.dtype)
    return where(found, truth, failure.expected.allowed[part].row, row_of(part))


def _blocks(failure: Failure) -> Iterator[str]:
    """The output's errors by token, if it has several and something is wrong."""
    if "out" not in failure.wrong:
        return
    share = failure.shares("out")
    if share.shape[-1] > 1:
        yield f"  {bar(share.reshape(-1, share.shape[-1]).max(0))}  by token"
