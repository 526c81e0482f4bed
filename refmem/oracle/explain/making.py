"""How the failures of one operator and rule become diagnoses: claims, clusters, refusals."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace

from refmem.oracle.explain.again import Failure, Runs
from refmem.oracle.explain.equal import Claim, Search, whole_parts
from refmem.oracle.explain.hints import hints, row_of, where
from refmem.oracle.explain.refusals import advice, alike
from refmem.oracle.explain.rows import bar
from refmem.oracle.explain.said import Diagnosis
from refmem.oracle.explain.shared import Shared, clusters, shared

REFUSALS = 3
"""How many different messages are quoted, of calls that gave nothing."""


@dataclass
class Making:
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
                yield self._about(some, (*lines, *self._beside(some), *self._nearly(some)))

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
        exact = [one for one in (of_all, of_passes) if one.is_exact]
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
        main, found, left = max(sets, key=len), [], list(names)
        for some in sets:
            if self._is_apart(some, main, names):
                found.append([name for name in some if name in left])
                left = [name for name in left if name not in some]
        return [one for one in (left, *found) if one]

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

    def _beside(self, names: Sequence[str]) -> Iterator[str]:
        """A mistake that explains what is finite, beside what is not."""
        for claim in self.search.claims:
            failure = self.runs.failures[names[-1]]
            parts = whole_parts(claim.mutants, failure) if failure.broken else []
            if set(parts) & failure.wrong:
                says = ", and ".join(mutant.says for mutant in claim.mutants)
                equal = f"equal{'s' * (len(parts) == 1)} {self.rule} with {says}"
                yield f"beside that, {' and '.join(parts)} {equal}"

    def _nearly(self, names: Sequence[str]) -> Iterator[str]:
        """A mistake that explains a few of these failures, and should explain more."""
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
