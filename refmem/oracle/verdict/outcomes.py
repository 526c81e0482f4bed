"""What came of a run: an outcome for each operator and case, and all of them as a report."""

from __future__ import annotations

from dataclasses import dataclass, field

PASSED, FAILED, REFUSED, OUTSIDE = "passed", "failed", "refused", "outside"
"""Outcomes. Refused: the case can show nothing, as when a dtype's rounding hides an input.
Outside: the target does not promise to do it."""


@dataclass(frozen=True)
class Outcome:
    """What one operator did with one case.

    error, share   as in `Verdict`: relative RMS, and the worst error against what is allowed
    reason         why it did not pass
    seconds        how long the case took
    """

    operator: str
    case: str
    status: str
    error: float = 0
    share: float = 0
    reason: str = ""
    seconds: float = field(default=0, compare=False)

    @property
    def rule(self) -> str:
        """The rule's name."""
        return self.case.split("/")[0]

    @property
    def regime(self) -> str:
        """The regime's name."""
        return self.case.split("/")[1]


@dataclass(frozen=True)
class Report:
    """All outcomes of one target."""

    target: str
    outcomes: tuple[Outcome, ...]

    @property
    def failures(self) -> tuple[Outcome, ...]:
        """Failed cases."""
        return tuple(one for one in self.outcomes if one.status == FAILED)

    @property
    def worst(self) -> Outcome | None:
        """The case that was nearest to what is allowed, or furthest beyond it."""
        run = [one for one in self.outcomes if one.status in (PASSED, FAILED)]
        return max(run, key=lambda one: one.share, default=None)

    @property
    def conforms(self) -> bool:
        """Nothing failed, and something passed."""
        return not self.failures and any(one.status == PASSED for one in self.outcomes)
