"""Which mistakes give the results that were found, in every case in which they would show.

A mutant claims the failures whose results are its own. What it says is believed only if

- no other failure that it would cause is left unexplained: half of an explanation is none;
- it would have failed no case that passed, unless a fact separates those from what it claims.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace

import numpy as np

from refmem.oracle.border.layouts import Arrays
from refmem.oracle.explain.again import Asked, Failure, Runs, ask, examples
from refmem.oracle.explain.mutants import MUTANTS, Mutant, run_mutants
from refmem.oracle.explain.mutants.fitted import FAMILIES
from refmem.oracle.explain.mutants.precision import PRECISION
from refmem.oracle.explain.shared import shared
from refmem.oracle.verdict.budget import judge
from refmem.oracle.verdict.metrics import measure, same_specials

EXAMPLES = 6
"""How many failures are compared with every mutant, one of each regime, and the longest."""

CANDIDATES = 6
"""How many mutants that explain some of those are compared with all failures."""

PASSES = 12
"""How many passed cases are looked at, for mutants that would have failed them."""

SLACK = 8
"""A mutant's result may be this many budgets away: its numbers are another rule's."""

NEARER = 4
"""How many times nearer to a wrong result a mutant must be than the truth."""

LOOSE = 1 / 10
"""So many of the failures that a mutant claims may be left that it should explain."""

Mistakes = tuple[Mutant, ...]


@dataclass(frozen=True)
class Claim:
    """Mistakes, and the failures that they explain.

    errors   case -> how far its result is from theirs
    near     cases whose results are much nearer to theirs than to the truth, though not the same
    """

    mutants: Mistakes
    errors: dict[str, float]
    near: tuple[str, ...] = ()


def made(mutants: Mistakes, asked: Asked) -> Arrays | None:
    """What these mistakes give in a case; None if it cannot have them."""
    if not all(mutant.fits(asked.case) for mutant in mutants):
        return None
    try:
        return run_mutants(mutants, asked.case, asked.seen, asked.call)
    except (ValueError, TypeError, AttributeError, LookupError, np.linalg.LinAlgError):
        return None  # the case cannot have the mistake


def distance(mutants: Mistakes, failure: Failure) -> float:
    """How far a result is from that of mutants: infinite unless it is the same up to rounding."""
    off = _offsets(mutants, failure)
    limits = failure.expected.allowed
    near = all(error <= SLACK * limits[part].rms for part, error in off.items())
    if not off or not near:
        return np.inf
    worst = max(off.values())
    return worst if failure.broken or worst <= failure.error / NEARER else np.inf


def is_near(mutants: Mistakes, failure: Failure) -> bool:
    """Whether a result is much nearer to that of mutants than to the truth."""
    off = _offsets(mutants, failure)
    return bool(off) and max(off.values()) <= failure.error / NEARER


def whole_parts(mutants: Mistakes, failure: Failure) -> list[str]:
    """The parts without NaN or infinity, if these equal what the mutants give."""
    whole = {part: x for part, x in failure.found.items() if part not in failure.broken}
    return list(whole) if distance(mutants, replace(failure, found=whole)) < np.inf else []


def _offsets(mutants: Mistakes, failure: Failure) -> dict[str, float]:
    """Part -> its error against that of mutants; nothing if some part is another one."""
    parts = made(mutants, failure)
    if parts is None:
        return {}
    off = {}
    for part, x in failure.found.items():
        wide = x.astype(parts[part].dtype)
        if wide.shape != parts[part].shape or not same_specials(wide, parts[part]):
            return {}
        off[part] = measure(wide, parts[part]).rms
    return off


def explained(mutants: Mistakes, failures: Iterable[Failure]) -> dict[str, float]:
    """Case -> how far its result is from that of these mutants, where it is the same."""
    errors = {failure.case.name: distance(mutants, failure) for failure in failures}
    return {name: error for name, error in errors.items() if error < np.inf}


def shows(mutants: Mistakes, asked: Asked, parts: Iterable[str]) -> bool:
    """Whether these mistakes would make the case fail, by these parts of a result."""
    wrong = made(mutants, asked)
    if wrong is None:
        return False
    expected = asked.expected
    rounded = {part: wrong[part].astype(expected.dtype_of(part)) for part in parts}
    return not judge(expected, rounded).passed


class Search:
    """What explains the failures of one operator and rule.

    claims    what is believed
    doubted   what explains some failures, and is not believed
    """

    def __init__(self, runs: Runs) -> None:
        self.runs = runs
        self.claims: list[Claim] = []
        self.doubted: list[Claim] = []
        self.telling = {n: f for n, f in runs.failures.items() if not f.says_nothing}
        self._passes: list[Asked] | None = None
        for find in (self._singles, self._fitted, self._pairs):
            self._claim(find)
            self._doubt()
        if self.claims:  # beside these, a single one may be believed that was not before
            self._claim(self._singles)
            self._doubt()
        self.claims = [self._with_silent(claim) for claim in self.claims]
        self.claims = [self._with_near(claim) for claim in self.claims]

    @property
    def left(self) -> dict[str, Failure]:
        """Failures that nothing explains yet, of which something can be said."""
        claimed = {name for claim in self.claims for name in (*claim.errors, *claim.near)}
        return {name: one for name, one in self.telling.items() if name not in claimed}

    def _with_silent(self, claim: Claim) -> Claim:
        """A claim, with the zeros and the NaN that it gives too, which prove nothing alone."""
        silent = [f for name, f in self.runs.failures.items() if name not in self.telling]
        return Claim(claim.mutants, claim.errors | explained(claim.mutants, silent))

    def _with_near(self, claim: Claim) -> Claim:
        """A claim, and the few failures that are left in which numbers went their own way."""
        near = [name for name, one in self.left.items() if is_near(claim.mutants, one)]
        few = len(near) <= max(1, LOOSE * len(claim.errors))
        return replace(claim, near=tuple(near)) if few else claim

    def _claim(self, find: Callable[[], list[Mistakes]]) -> None:
        """Claim what explains the most, and then what explains the most of the rest."""
        while self.left:
            best = self._best(find())
            if best is None:
                return
            names = best.errors.keys()
            self.claims = [one for one in self.claims if not one.errors.keys() <= names]
            self.claims.append(best)

    def _doubt(self) -> None:
        """Drop what should explain more than it does, until nothing is left to be dropped."""
        bad = next((one for one in self.claims if not self._is_believed(one)), None)
        if bad is not None:
            self.claims.remove(bad)
            self.doubted += [bad] if bad not in self.doubted else []
            self._doubt()

    def _is_believed(self, claim: Claim) -> bool:
        """Nothing unexplained should be its doing, and what passes can be told from it."""
        missed = [f for f in self.left.values() if shows(claim.mutants, f, f.found)]
        if len(missed) > LOOSE * len(claim.errors):
            return False
        against = [asked.case.name for asked in self._against(claim)]
        facts = self.runs.facts(claim.errors), self.runs.facts(against)
        return not against or shared(*facts).separates

    def _against(self, claim: Claim) -> list[Asked]:
        """Cases that passed, though these mistakes would have shown in them."""
        if self._passes is None:
            names = examples(self.runs.passed, PASSES)
            self._passes = [ask(self.runs.target, self.runs.case(name)) for name in names]
        parts = next(iter(self.telling.values())).found
        return [asked for asked in self._passes if shows(claim.mutants, asked, parts)]

    def _best(self, tried: Sequence[Mistakes]) -> Claim | None:
        """The claim of the most failures; of equals, the one that would fail the fewest passes."""
        left = self.left.keys()
        claims = [Claim(one, explained(one, self.telling.values())) for one in tried[:CANDIDATES]]
        most = max((len(claim.errors.keys() & left) for claim in claims), default=0)
        equal = [claim for claim in claims if len(claim.errors.keys() & left) == most > 0]
        if len(equal) > 1:
            equal.sort(key=lambda claim: len(self._against(claim)))
        return equal[0] if equal else None

    def _examples(self) -> list[Failure]:
        return [self.telling[name] for name in examples(self.left, EXAMPLES)]

    def _ranked(self, tried: Iterable[Mistakes]) -> list[Mistakes]:
        """Those that explain some example, the most first."""
        shown = self._examples()
        counts = {mutants: len(explained(mutants, shown)) for mutants in tried}
        good = [mutants for mutants, count in counts.items() if count]
        return sorted(good, key=lambda mutants: -counts[mutants])

    def _singles(self) -> list[Mistakes]:
        """Mutants alone."""
        return self._ranked((mutant,) for mutant in MUTANTS)

    def _fitted(self) -> list[Mistakes]:
        """Mutants with the number that brings them nearest to the result that is furthest off."""
        worst = max(self._examples(), key=lambda one: judge(one.expected, one.found).share)
        fitting = [one for one in FAMILIES if one.fits(worst.case)]
        return self._ranked((one.likeliest(lambda m: _off(m, worst)),) for one in fitting)

    def _pairs(self) -> list[Mistakes]:
        """Pairs that explain all examples, the longest among them; the shortest rule out most."""
        shown = self._examples()
        fitting = [mutant for mutant in MUTANTS if mutant.fits(shown[0].case)]
        pairs: list[Mistakes] = [
            pair for pair in itertools.combinations(fitting, 2) if not set(pair) <= set(PRECISION)
        ]
        for failure in shown:
            pairs = [pair for pair in pairs if distance(pair, failure) < np.inf]
        return pairs


def _off(mutant: Mutant, failure: Failure) -> float:
    """How far a result is from a mutant's, however far."""
    parts = made((mutant,), failure)
    if parts is None:
        return np.inf
    x = failure.found["out"]
    return measure(x.astype(parts["out"].dtype), parts["out"]).rms
