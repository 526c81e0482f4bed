"""What failing cases share, and passing ones do not: the simplest fact, or two, that separate them.

    only where a state is passed: 26 of 26 failures, 0 of 92 passes

A fact is taken if all failures have it and few passes do; of two facts at once, if they leave far
fewer passes than one. Failures of several causes share no fact: they fall apart into clusters.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from refmem.oracle.explain.facts import NO_TOKENS, Facts

FEW = 1 / 4
"""A fact separates if at most this part of the passes have it."""

WORTH = 3
"""How many passes a second fact must rule out, and half of those that the first one leaves."""

ALSO = 2
"""How many facts are named that separate equally well."""

MOSTLY = 1 / 2
"""How much larger its part of the failures than of the passes is, for a fact that not all have."""

PURE = 1 / 8
"""A fact makes a cluster if it fails in all but so few of the cases that have it."""


@dataclass(frozen=True)
class Shared:
    """What these failures have in common.

    facts       one, or two at once; none if nothing separates them from the passes
    failures, passes            how many have those facts
    of_failures, of_passes      how many there are
    also        single facts that do as well
    others      what the passes are called: other failures may be among them
    empty       how many passes were left aside because they have no tokens
    """

    facts: tuple[str, ...]
    failures: int
    of_failures: int
    passes: int
    of_passes: int
    also: tuple[str, ...] = ()
    others: str = "passes"
    empty: int = 0

    @property
    def says_something(self) -> bool:
        """There is something to compare."""
        return self.of_failures + self.of_passes > 1

    @property
    def separates(self) -> bool:
        """All failures have the facts, and few passes."""
        return (bool(self.facts) and self.failures == self.of_failures) or not self.of_passes

    @property
    def is_exact(self) -> bool:
        """All failures have the facts, and no pass."""
        return bool(self.facts) and self.separates and not self.passes

    def __str__(self) -> str:
        """A phrase that ends "26 of 118 cases fail, "."""
        if not self.of_passes:
            return "all that have tokens" if self.empty else "all there are"
        counts = (
            f"{self.failures} of {self.of_failures} failures, "
            f"{self.passes} of {self.of_passes} {self.others}"
        )
        if not self.facts:
            return f"and share no fact that the {self.of_passes} {self.others} lack"
        also = f"; likewise where {', or '.join(self.also)}" if self.also else ""
        where = "only where" if self.separates else "mostly where"
        return f"{where} {' and '.join(self.facts)}: {counts}{also}"


class Table:
    """Which facts hold in which cases; columns are facts, the likelier causes first."""

    def __init__(self, failed: Sequence[Facts], passed: Sequence[Facts]) -> None:
        said: dict[str, None] = {}
        for facts in (*failed, *passed):
            said |= dict.fromkeys(facts)
        self.said = list(said)
        self.failed, self.passed = self._rows(failed), self._rows(passed)

    def _rows(self, cases: Sequence[Facts]) -> np.ndarray:
        rows = [[facts.get(said, False) for said in self.said] for facts in cases]
        return np.array(rows, dtype=bool).reshape(len(cases), len(self.said))


def shared(failed: Sequence[Facts], passed: Sequence[Facts]) -> Shared:
    """What separates these failures from these passes."""
    every, passed = passed, _telling(failed, passed)
    empty = len(every) - len(passed)
    whole = Shared((), len(failed), len(failed), len(passed), len(passed), empty=empty)
    if not failed or not passed:
        return whole
    table = Table(failed, passed)
    common = np.flatnonzero(table.failed.all(0))
    if not common.size:
        return _mostly(table, whole)
    of_passes = table.passed[:, common]
    alone = of_passes.sum(0)
    left = int(alone.min())
    equal = [table.said[c] for c in common[alone == left]]
    facts, also = tuple(equal[:1]), tuple(equal[1 : 1 + ALSO])
    fewest, pair = _pair(of_passes)
    if left - fewest >= max(WORTH, left / 2):
        facts, also, left = tuple(table.said[common[n]] for n in pair), (), fewest
    if left > FEW * len(passed):
        return _mostly(table, whole)
    return replace(whole, facts=facts, passes=left, also=also)


def _telling(failed: Sequence[Facts], passed: Sequence[Facts]) -> list[Facts]:
    """Passes that say something: where there are no tokens, hardly anything can go wrong."""
    if any(facts.get(NO_TOKENS, False) for facts in failed):
        return list(passed)
    return [facts for facts in passed if not facts.get(NO_TOKENS, False)]


def _pair(of_passes: np.ndarray) -> tuple[int, tuple[int, int]]:
    """How many passes (cases, facts) have two facts at once at least, and which two."""
    together = of_passes.T.astype(int) @ of_passes.astype(int)
    one, other = sorted(map(int, np.unravel_index(together.argmin(), together.shape)))
    return int(together[one, other]), (one, other)


def _mostly(table: Table, whole: Shared) -> Shared:
    """A fact that most failures have, though not all, and few passes."""
    good, bad = table.failed.sum(0), table.passed.sum(0)
    lead = good / whole.of_failures - bad / whole.of_passes
    best = int(lead.argmax())
    if lead[best] < MOSTLY:
        return whole
    facts = (table.said[best],)
    return replace(whole, facts=facts, failures=int(good[best]), passes=int(bad[best]))


def clusters(failed: Sequence[Facts], passed: Sequence[Facts]) -> list[list[int]]:
    """Places of the failures, those together that one cause may explain.

    All, if they share what passes lack. Otherwise the fact under which most cases fail and hardly
    any pass makes a cluster, and the rest is looked at again, until it shares something too.
    """
    everything = list(range(len(failed)))
    found: list[list[int]] = []
    rest = everything
    while rest and not shared([failed[n] for n in rest], passed).separates:
        said = _purest([failed[n] for n in rest], passed)
        if not said:
            return [everything]
        found.append([n for n in rest if failed[n].get(said, False)])
        rest = [n for n in rest if n not in found[-1]]
    return [*found, rest] if rest else found


def _purest(failed: Sequence[Facts], passed: Sequence[Facts]) -> str:
    """The fact with which the most cases fail and hardly any pass; "" if there is none."""
    table = Table(failed, _telling(failed, passed))
    good, bad = table.failed.sum(0), table.passed.sum(0)
    columns = np.flatnonzero((good > 1) & (bad <= PURE * good))
    best = max(columns, key=lambda c: (good[c], -bad[c], -c), default=None)
    return "" if best is None or not len(passed) else table.said[best]
