"""What came of a check of laws: a finding for each law and form, and all of them as a report."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable
from dataclasses import dataclass, replace

HOLDS, BROKEN, EXEMPT, NEEDLESS = "holds", "BROKEN", "exempt", "NEEDLESS"
NOT_ASKED = "not asked"
"""Verdicts. Exempt: it breaks the law, as it says. Needless: it says so, and keeps it. Not asked:
the law is not about it, or has no numbers for it."""

WRONG = (BROKEN, NEEDLESS)
ORDER = (*WRONG, HOLDS, EXEMPT, NOT_ASKED)
WIDTH, INDENT = 100, 11


@dataclass(frozen=True)
class Finding:
    """What one law found in one form of a rule.

    form     "" where it is about the rule itself
    reason   why it is broken, exempt or not asked
    look     what its author should look at
    """

    law: str
    form: str
    verdict: str
    reason: str = ""
    look: str = ""


@dataclass(frozen=True)
class Report:
    """All that was found in a rule."""

    rule: str
    findings: tuple[Finding, ...]

    @property
    def wrong(self) -> tuple[Finding, ...]:
        """The laws that are broken, and the exemptions that are not needed."""
        return tuple(one for one in self.findings if one.verdict in WRONG)

    @property
    def holds(self) -> bool:
        """Nothing is wrong, and some law holds."""
        return not self.wrong and any(one.verdict == HOLDS for one in self.findings)

    def assert_holds(self) -> None:
        """Raise AssertionError, with what is wrong and where to look, unless the report holds."""
        if not self.holds:
            raise AssertionError(str(self))

    def __str__(self) -> str:
        """A line for each law, its forms together; what is wrong comes first, and at length."""
        lines = [f"{self.rule}: {self._counts()}"]
        for one, forms in sorted(_in_one_line(self.findings), key=lambda two: _place(two[0])):
            about = f"{one.law} ({', '.join(forms)})" if any(forms) else one.law
            why = f": {one.reason}" if one.reason else ""
            lines += _wrapped(f"{one.verdict:<{INDENT}}{about}{why}", 0)
            lines += _wrapped(f"look at {one.look}", INDENT) if one.look else []
        return "\n".join(lines)

    def _counts(self) -> str:
        found = [one.verdict for one in self.findings]
        counts = {verdict: found.count(verdict) for verdict in ORDER if verdict in found}
        return ", ".join(f"{count} {verdict}" for verdict, count in counts.items())


def _in_one_line(findings: Iterable[Finding]) -> list[tuple[Finding, list[str]]]:
    """Findings that differ in nothing but their form, with all their forms."""
    together: dict[Finding, list[str]] = {}
    for one in findings:
        together.setdefault(replace(one, form=""), []).append(one.form)
    return list(together.items())


def _place(one: Finding) -> int:
    return ORDER.index(one.verdict)


def _wrapped(text: str, indent: int) -> list[str]:
    hanging = " " * INDENT
    return textwrap.wrap(text, WIDTH, initial_indent=" " * indent, subsequent_indent=hanging)
