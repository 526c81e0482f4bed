"""python -m derivations [NAME ...] [--show] [--latex]: run the proofs, and print them."""

import sys
from collections.abc import Iterator

import click
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from derivations.proving.run import Report, choose, run
from derivations.proving.show import argument


@click.command(context_settings={"help_option_names": ["-h", "--help"]})
@click.argument("wanted", metavar="[NAME]...", nargs=-1)
@click.option("--show", is_flag=True, help="Print each argument as readable mathematics.")
@click.option("--latex", is_flag=True, help="Print it with formulas in LaTeX.")
def main(wanted: tuple[str, ...], show: bool, latex: bool) -> None:
    """Run the derivations NAME, such as snr/linear or all of snr, or all of them.

    Exits 1 if one does not hold.
    """
    try:
        chosen = choose(wanted)
    except ValueError as error:
        raise click.UsageError(str(error)) from error
    console = Console()
    if show or latex:
        reports = [run(name) for name in chosen]
        for report in reports:
            click.echo(argument(report, latex))
    else:
        reports = list(_with_progress(console, chosen))
        console.print(summary(reports))
    for report in reports:
        for problem in report.problems:
            click.echo(f"{report.name}: {problem}", err=True)
    held = sum(report.holds for report in reports)
    click.echo(f"{held} of {len(reports)} derivations hold: {counts(reports)}")
    sys.exit(0 if all(report.holds for report in reports) else 1)


def _with_progress(console: Console, chosen: list[str]) -> Iterator[Report]:
    with console.status("") as status:
        for place, name in enumerate(chosen, 1):
            status.update(f"{name} ({place} of {len(chosen)})")
            yield run(name)


def summary(reports: list[Report]) -> Table:
    """One row a derivation: its counts and time beside its claim and method."""
    table = Table(box=None, padding=(0, 2, 1, 0), show_header=False)
    table.add_column(no_wrap=True)
    table.add_column(ratio=1)
    for report in reports:
        verdict = "[green]holds[/green]" if report.holds else "[red]FAILS[/red]"
        claim, method = (_first_paragraph(report, section) for section in ("Claim", "Method"))
        table.add_row(
            f"[bold]{report.name}[/bold]\n{verdict} [dim]{counts([report])}[/dim]",
            f"{claim}\n[dim]{method}[/dim]",
        )
    return table


def _first_paragraph(report: Report, section: str) -> str:
    paragraph = report.sections.get(section, "").split("\n\n")[0]
    return escape(" ".join(paragraph.split()))


def counts(reports: list[Report]) -> str:
    """Steps, false twins, assumed lemmas and seconds of some reports together."""
    steps = sum(len(report.steps) for report in reports)
    twins = sum(len(report.twins) for report in reports)
    assumed = sum(len(report.assumptions) for report in reports)
    seconds = sum(report.seconds for report in reports)
    lemmas = f", {assumed} assumed" if assumed else ""
    return f"{steps} steps, {twins} false{lemmas}, {seconds:.1f} s"


if __name__ == "__main__":
    main()
