"""What came of a run: an outcome for each operator and case, and all of them as a report."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

PASSED, FAILED, REFUSED, OUTSIDE = "passed", "failed", "refused", "outside"
"""Outcomes. Refused: the case can show nothing, as when a dtype's rounding hides an input.
Outside: the target does not promise to do it."""

CONFORMS, DEPARTS, UNDECIDED = "conforms", "does not conform", "undecided"
"""Verdicts. Undecided: nothing failed, but too little was looked at."""


@dataclass(frozen=True)
class Outcome:
    """What one operator did with one case.

    error, share   as in `Verdict`: relative RMS, and the worst error against what is allowed
    reason         why it did not pass
    tokens         of its longest sequence
    missing        what did not come back: "state", ...
    inputs         what was passed, and mattered to the truth
    unshown        what was passed, and hardly mattered
    seconds        how long the case took
    """

    operator: str
    case: str
    status: str
    error: float = 0
    share: float = 0
    reason: str = ""
    tokens: int = 0
    missing: tuple[str, ...] = ()
    inputs: tuple[str, ...] = ()
    unshown: tuple[str, ...] = ()
    seconds: float = field(default=0, compare=False)

    @property
    def rule(self) -> str:
        """The rule's name."""
        return self.case.split("/")[0]

    @property
    def regime(self) -> str:
        """The regime's name."""
        return self.case.split("/")[1]

    @property
    def judged(self) -> bool:
        """Whether the candidate's result was compared with the truth."""
        return self.status in (PASSED, FAILED)


@dataclass(frozen=True)
class Coverage:
    """How much of a rule was looked at, of what was planned.

    cases, regimes   (looked at, planned)
    able             regimes that the candidate could have been asked
    unseen           what was not looked at, in words
    unshown          inputs that were passed and never shown to matter
    """

    cases: tuple[int, int]
    regimes: tuple[int, int]
    able: int
    unseen: tuple[str, ...]
    unshown: tuple[str, ...]

    @property
    def enough(self) -> bool:
        """At least half of the regimes that could be asked, and every input shown to matter."""
        return 2 * self.regimes[0] >= self.able > 0 and not self.unshown

    def __str__(self) -> str:
        (cases, of_cases), (regimes, of_regimes) = self.cases, self.regimes
        unseen = [*self.unseen, *(f"{name} (never shown to matter)" for name in self.unshown)]
        beside = f"; not looked at: {', '.join(unseen)}" if unseen else ""
        return f"{cases} of {of_cases} cases, {regimes} of {of_regimes} regimes{beside}"


def coverage(outcomes: Iterable[Outcome], lacks: Iterable[str] = ()) -> Coverage:
    """How much the outcomes of some cases say, and of what they say nothing."""
    of_cases = [one for one in outcomes if "@" not in one.case]
    judged = [one for one in of_cases if one.judged]
    planned = list(dict.fromkeys(one.regime for one in of_cases))
    seen = {one.regime for one in judged}
    able = {one.regime for one in of_cases if one.status != OUTSIDE}
    shown = {name for one in judged for name in one.inputs}
    hidden = {name for one in judged for name in one.unshown} - shown
    unseen = [f"{'states' if n == 'state' else n} (not taken)" for n in lacks]
    if any(part.startswith("state") for one in judged for part in one.missing):
        unseen.append("states (not returned)")
    longest = max((one.tokens for one in judged), default=0)
    if longest < max((one.tokens for one in of_cases), default=0):
        unseen.append(f"T > {longest}")
    beyond = [name for name in planned if name not in able]
    unseen += [f"{', '.join(beyond)} (outside its specification)"] if beyond else []
    unseen += [f"{name} (shows nothing here)" for name in planned if name in able - seen]
    return Coverage(
        (len(judged), len(of_cases)),
        (len(seen), len(planned)),
        len(able),
        tuple(unseen),
        tuple(sorted(hidden)),
    )


@dataclass(frozen=True)
class Report:
    """All outcomes of one target.

    lacks     what it was declared or found not to take
    partial   what the run was restricted to, in words; "" if it was the whole plan
    """

    target: str
    outcomes: tuple[Outcome, ...]
    lacks: tuple[str, ...] = ()
    partial: str = ""

    @property
    def failures(self) -> tuple[Outcome, ...]:
        """Failed cases."""
        return tuple(one for one in self.outcomes if one.status == FAILED)

    @property
    def worst(self) -> Outcome | None:
        """The case that was nearest to what is allowed, or furthest beyond it."""
        return max((one for one in self.outcomes if one.judged), key=_share, default=None)

    @property
    def coverage(self) -> Coverage:
        """How much of the plan was looked at."""
        return coverage(self.outcomes, self.lacks)

    @property
    def verdict(self) -> str:
        """Whether it conforms, or too little was looked at to say so of every rule."""
        if self.failures:
            return DEPARTS
        if not any(one.status == PASSED for one in self.outcomes):
            return UNDECIDED
        by_rule: dict[str, list[Outcome]] = {}
        for one in self.outcomes:
            by_rule.setdefault(one.rule, []).append(one)
        enough = all(coverage(some).enough for some in by_rule.values())
        return CONFORMS if self.partial or enough else UNDECIDED

    @property
    def conforms(self) -> bool:
        """Nothing failed, and enough was looked at."""
        return self.verdict == CONFORMS


def _share(one: Outcome) -> float:
    return one.share
