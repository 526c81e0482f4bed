"""The command `refmem derive`: run the proofs, and print them."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from typing import Any

import click
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from refmem.commands.proofs import NoProofsError, proving
from refmem.commands.terminal import CONFORMS, DEPARTS, UNAVAILABLE, console


@click.command()
@click.argument("wanted", metavar="[NAME|FILE]...", nargs=-1)
@click.option("--show", is_flag=True, help="Print each argument as readable mathematics.")
@click.option("--latex", is_flag=True, help="Print it with formulas in LaTeX.")
def derive(wanted: tuple[str, ...], show: bool, latex: bool) -> None:
    """Run derivations: all, NAME such as snr/linear or all of snr, or a FILE of your own.

    Exits 1 if one does not hold.
    """
    try:
        run, printed = proving("run"), proving("show")
        chosen = run.choose(wanted)
    except NoProofsError as error:
        click.echo(f"refmem: {error}", err=True)
        sys.exit(UNAVAILABLE)
    except ValueError as error:
        raise click.UsageError(str(error)) from error
    if show or latex:
        reports = [run.run(name) for name in chosen]
        for report in reports:
            click.echo(printed.argument(report, latex))
    else:
        out = console()
        reports = list(_with_progress(out, chosen, run.run))
        out.print(summary(reports))
    for report in reports:
        for problem in report.problems:
            click.echo(f"{report.name}: {problem}", err=True)
    held = sum(report.holds for report in reports)
    click.echo(f"{held} of {len(reports)} derivations hold: {counts(reports)}")
    sys.exit(CONFORMS if all(report.holds for report in reports) else DEPARTS)


def _with_progress(out: Console, chosen: list[str], run: Any) -> Iterator[Any]:
    with out.status("") as status:
        for place, name in enumerate(chosen, 1):
            status.update(f"{name} ({place} of {len(chosen)})")
            yield run(name)


def summary(reports: list[Any]) -> Table:
    """One row a derivation: its counts and time beside its claim and method."""
    table = Table(box=None, padding=(0, 2, 1, 0), show_header=False)
    table.add_column(no_wrap=True)
    table.add_column(ratio=1)
    for report in reports:
        verdict = "[green]holds[/green]" if report.holds else "[red]FAILS[/red]"
        claim, method = (_first_paragraph(report, section) for section in ("Claim", "Method"))
        table.add_row(
            f"[bold]{escape(report.name)}[/bold]\n{verdict} [dim]{counts([report])}[/dim]",
            f"{claim}\n[dim]{method}[/dim]",
        )
    return table


def _first_paragraph(report: Any, section: str) -> str:
    paragraph = report.sections.get(section, "").split("\n\n")[0]
    return escape(" ".join(paragraph.split()))


def counts(reports: list[Any]) -> str:
    """Steps, false twins, assumed lemmas and seconds of some reports together."""
    steps = sum(len(report.steps) for report in reports)
    twins = sum(len(report.twins) for report in reports)
    assumed = sum(len(report.assumptions) for report in reports)
    seconds = sum(report.seconds for report in reports)
    lemmas = f", {assumed} assumed" if assumed else ""
    return f"{steps} steps, {twins} false{lemmas}, {seconds:.1f} s"
