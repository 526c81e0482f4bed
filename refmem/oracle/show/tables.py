"""A report for the terminal: a summary line for each of many operators, or a table for each of a
few; what is wrong; the failures, and what is wrong once more, nearest to where one types."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TypeVar

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table
from rich.text import Text

from refmem.oracle.cases.case import described
from refmem.oracle.explain.survey import links_in
from refmem.oracle.verdict.metrics import short
from refmem.oracle.verdict.outcomes import FAILED, OUTSIDE, PASSED, Outcome, Report

LEGEND = (
    "error: relative RMS. budget, and every cell of a rule: worst error / allowed error, which "
    "passes up to 1. -: outside the specification. refused: it can show nothing in this dtype.\n"
)
GOOD, BAD, UNSAID = "green", "bold red", "yellow"
Name = TypeVar("Name")
FEW = 3
"""Operators that have a table each."""

HEAD = 2
"""Lines of a diagnosis that are printed before the failures: what fails, and what it equals."""

UNLIMITED = 10_000
LISTED = 12
"""How many failures are listed in full, one of each regime."""


def show_report(
    report: Report,
    console: Console,
    details: bool = False,
    command: str = "",
    diagnoses: Sequence[object] = (),
) -> None:
    """Print the tables, what is wrong, the failures, what is wrong in full, and the verdict.

    command     what ran it
    diagnoses   whose `str` is what is wrong
    """
    for table in _tables(report, console, details):
        console.print(table)
        console.print()
    console.print(LEGEND, style="dim")
    texts = [str(one) for one in diagnoses]
    for text in texts:
        console.print(linked("\n".join(text.splitlines()[:HEAD])))
        console.print()
    failures, alone = _failures(report, command or f"refmem check {report.target}")
    for line in failures:
        console.print(line)
    if alone:
        console.print(alone, style="dim", soft_wrap=True)  # so that a command is copied whole
    if report.worst:
        console.print(Text(worst_case(report.worst), style="dim"))
    for text in texts if failures else ():
        console.print()
        console.print(linked(text))
    console.print()
    console.print(_summary(report))


def linked(text: str) -> Text:
    """A text whose reports are links, where the terminal can."""
    found = Text(text)
    for start, stop, url in links_in(text):
        found.stylize(f"link {url}", start, stop)
    return found


def _tables(report: Report, console: Console, details: bool) -> Iterator[Table]:
    """One for all operators if there are many; else one for each."""
    operators = _unique(one.operator for one in report.outcomes)
    if len(operators) > FEW and not details:
        yield _by_operator(report)
        return
    for operator in operators:
        outcomes = [one for one in report.outcomes if one.operator == operator]
        title = report.target if operator == report.target else f"{report.target}: {operator}"
        rules = _unique(one.rule for one in outcomes)
        table = _by_rule(title, outcomes, rules)
        unlimited = console.options.update(max_width=UNLIMITED)
        too_wide = console.measure(table, options=unlimited).maximum > console.width
        plain = details or len(rules) == 1 or too_wide
        yield _detailed(title, outcomes) if plain else table


def _by_operator(report: Report) -> Table:
    """One line for each operator and rule."""
    table = _table(report.target)
    table.add_column("operator", overflow="fold")
    table.add_column("rule", no_wrap=True)
    for name in ("cases", "error", "budget", "verdict"):
        table.add_column(name, justify="right")
    for operator, rule in _unique((one.operator, one.rule) for one in report.outcomes):
        row = [one for one in report.outcomes if (one.operator, one.rule) == (operator, rule)]
        table.add_row(operator, rule, *_cells(row))
    return table


def _by_rule(title: str, outcomes: Sequence[Outcome], rules: Sequence[str]) -> Table:
    """Regimes down, rules across; a cell is the worst error against its budget."""
    table = _table(title)
    table.add_column("regime", no_wrap=True)
    for rule in rules:
        table.add_column(rule, justify="right", no_wrap=True)
    table.add_column("cases", justify="right")
    table.add_column("error", justify="right")
    for regime in _unique(one.regime for one in outcomes):
        row = [one for one in outcomes if one.regime == regime]
        cells = [_share([one for one in row if one.rule == rule]) for rule in rules]
        table.add_row(regime, *cells, str(len(_run(row))), _error(row))
    table.add_section()
    columns = [[one for one in outcomes if one.rule == rule] for rule in rules]
    table.add_row("cases", *(str(len(_run(c))) for c in columns), str(len(_run(outcomes))), "")
    table.add_row("error", *(_error(column) for column in columns), "", _error(outcomes))
    table.add_row("verdict", *(_verdict(column) for column in columns), "", _verdict(outcomes))
    return table


def _detailed(title: str, outcomes: Sequence[Outcome]) -> Table:
    """One line for each regime, under the name of its rule."""
    rules = _unique(one.rule for one in outcomes)
    table = _table(title if len(rules) > 1 else f"{title}, {rules[0]}")
    table.add_column("regime", no_wrap=True)
    for name in ("cases", "error", "budget", "verdict"):
        table.add_column(name, justify="right")
    for rule in rules:
        of_rule = [one for one in outcomes if one.rule == rule]
        if len(rules) > 1:
            table.add_row(Text(rule, style="bold"))
        for regime in _unique(one.regime for one in of_rule):
            row = [one for one in of_rule if one.regime == regime]
            table.add_row(regime, *_cells(row))
        table.add_section()
    return table


def _cells(row: Sequence[Outcome]) -> tuple[str, str, Text, Text]:
    """How many cases were run, the worst error, that against its budget, the verdict."""
    return str(len(_run(row))), _error(row), _share(row), _verdict(row)


def _failures(report: Report, command: str) -> tuple[list[Text], str]:
    """The first failures, one of each regime, and what runs one of them alone."""
    first = {(one.operator, one.rule, one.regime): one for one in reversed(report.failures)}
    listed = list(reversed(first.values()))[:LISTED]
    lines = [
        Text.assemble(
            (described(one.case), BAD), f"  {one.operator}\n  ", one.reason.replace("; ", "\n  ")
        )
        for one in listed
    ]
    if len(report.failures) > len(listed):
        lines.append(Text(f"... and {len(report.failures) - len(listed)} more failures"))
    return lines, f"one alone: {command} --case {listed[0].case}\n" if listed else ""


def worst_case(worst: Outcome) -> str:
    """One line: which case was worst, and how bad it was."""
    times = _times(worst.share)
    return f"worst case: {described(worst.case)} of {worst.operator}, {times} times what is allowed"


def _summary(report: Report) -> Text:
    """The verdict, and how far it reaches."""
    partial = f" (partial: {report.partial})" if report.partial else ""
    if report.failures:
        run = sum(one.judged for one in report.outcomes)
        bad = f"{len(report.failures)} of {_cases(run)} failed"
        return Text(f"{report.target} does not conform{partial}: {bad}", style=BAD)
    style = GOOD if report.conforms else UNSAID
    said = "conforms" if report.conforms else "is not decided"
    return Text(f"{report.target} {said}{partial}: {report.coverage}", style=style)


def _cases(number: int) -> str:
    return f"{number} case" if number == 1 else f"{number} cases"


def _table(title: str) -> Table:
    return Table(
        title=Text(title, style="bold"),
        title_justify="left",
        box=SIMPLE_HEAD,
        show_edge=False,
        pad_edge=False,
        collapse_padding=True,
    )


def _unique(names: Iterator[Name]) -> list[Name]:
    return list(dict.fromkeys(names))


def _run(outcomes: Sequence[Outcome]) -> list[Outcome]:
    return [one for one in outcomes if one.status != OUTSIDE]


def _style(outcomes: Sequence[Outcome]) -> str:
    found = {one.status for one in outcomes}
    return BAD if FAILED in found else GOOD if PASSED in found else UNSAID


def _share(outcomes: Sequence[Outcome]) -> Text:
    run = _run(outcomes)
    if not run:
        return Text("-" if outcomes else "", style="dim")
    return Text(_times(max(one.share for one in run)), style=_style(run))


def _times(share: float) -> str:
    return f"{share:.2f}" if share < 1000 else short(share)


def _error(outcomes: Sequence[Outcome]) -> str:
    run = _run(outcomes)
    return short(max(one.error for one in run)) if run else ""


def _verdict(outcomes: Sequence[Outcome]) -> Text:
    run = _run(outcomes)
    if not run:
        return Text("outside", style="dim")
    said = {BAD: "fail", GOOD: "pass", UNSAID: "refused"}[_style(run)]
    return Text(said, style=_style(run))
