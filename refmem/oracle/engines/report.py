"""What came of an engine, for people and for programs."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator

from refmem.oracle.engines.contracts import BROKEN, HOLDS, EngineReport, Finding
from refmem.oracle.verdict.outcomes import CONFORMS, FAILED, OUTSIDE, PASSED, Outcome, Report
from refmem.support.wording import listed


def lines(report: EngineReport) -> Iterator[str]:
    """The contracts, what is broken and how to see it, and the verdict."""
    for one in report.findings:
        about = one.reason or one.says
        yield f"  {one.name:<10} {one.status:<14} {_counted(one):<16} {about}".rstrip()
    for one in report.broken:
        yield ""
        yield from said(one)
    yield ""
    yield verdict(report)


def said(one: Finding) -> Iterator[str]:
    """What is wrong, and the shortest schedule that shows it."""
    assert one.breach is not None
    for mistake in one.mistakes:
        yield f"{one.name}: {mistake.says}"
        yield f"look at {mistake.look}"
        if mistake.seen:
            yield f"seen before: {mistake.seen}"
    if not one.mistakes:
        yield f"{one.name}: {one.breach.reason}"
        yield "no known mistake gives these results"
    number = one.breach.call + 1
    yield f"after call {number} of the shortest schedule that fails: {one.breach.reason}"
    yield ""
    yield textwrap.indent(one.script, "    ")


def verdict(report: EngineReport) -> str:
    """One line, as of every target."""
    of = len(report.findings)
    seen = sum(one.status in (HOLDS, BROKEN) for one in report.findings)
    start = f"{report.target} {'conforms' if report.verdict == CONFORMS else report.verdict}"
    if report.broken:
        return f"{start}: {listed(one.name for one in report.broken)} broken"
    schedules = sum(one.number for one in report.findings)
    unseen = [one.name for one in report.findings if one.status not in (HOLDS, BROKEN)]
    unseen += [] if report.reads else ["what lies in a slot (no read)"]
    beside = f"; not looked at: {', '.join(unseen)}" if unseen else ""
    return f"{start}: {seen} of {of} contracts, {schedules} schedules{beside}"


def as_report(report: EngineReport) -> Report:
    """The same as a report of cases, for files that other programs read."""
    status = {HOLDS: PASSED, BROKEN: FAILED}
    outcomes = [
        Outcome(
            report.target,
            f"{report.rule}/{one.name}@serving",
            status.get(one.status, OUTSIDE),
            reason=one.reason or (one.breach.reason if one.breach else ""),
        )
        for one in report.findings
    ]
    return Report(report.target, tuple(outcomes))


def _counted(one: Finding) -> str:
    return f"{one.number} schedules" if one.number else ""
