"""The command `refmem derive`: run the proofs, say what holds, print them."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click

from refmem.commands.proofs import NoProofsError, outcome_of, proving
from refmem.commands.terminal import (
    CONFORMS,
    DEPARTS,
    UNAVAILABLE,
    console,
    file_in_a_folder,
)
from refmem.support.files import whole_file
from refmem.support.sweep import as_done, processes


@click.command()
@click.argument("wanted", metavar="[NAME|FILE]...", nargs=-1)
@click.option("-j", "workers", type=click.IntRange(min=1), default=1, show_default=True,
              help="Processes to run in.")  # fmt: skip
@click.option("--anew", is_flag=True, help="Run also what has not changed since it last held.")
@click.option("--show", is_flag=True, help="Print each argument as readable mathematics.")
@click.option("--latex", callback=file_in_a_folder, metavar="FILE",
              help="Write all arguments to a LaTeX document.")  # fmt: skip
def derive(
    wanted: tuple[str, ...], workers: int, anew: bool, show: bool, latex: str | None
) -> None:
    """Run derivations: all, NAME such as snr/linear or all of snr, or a FILE of your own.

    A line says of each, as it ends, whether it holds. What held is remembered until it, or anything
    it imports from refmem, changes. Exits 1 if one does not hold.
    """
    if show and latex:
        raise click.UsageError("--show prints and --latex writes: one of them")
    try:
        chosen = proving("run").choose(wanted)
        memory = proving("outcome").Memory(cache_file())
    except NoProofsError as error:
        click.echo(f"refmem: {error}", err=True)
        sys.exit(UNAVAILABLE)
    except ValueError as error:
        raise click.UsageError(str(error)) from error
    printed = "latex" if latex else "unicode" if show else ""
    known = {} if anew or printed else {name: memory.recall(name) for name in chosen}
    outcomes = []
    for outcome in _as_they_end(chosen, known, printed, workers):
        click.echo(outcome.argument if show else line(outcome))
        for problem in outcome.problems:
            click.echo(f"{outcome.name}: {problem}", err=True)
        outcomes.append(outcome)
    if latex:
        write(latex, sorted(outcomes, key=lambda one: chosen.index(one.name)))
    try:
        memory.keep(outcomes)
    except OSError as error:
        click.echo(f"refmem: what held is not remembered: {error}", err=True)
    held = sum(one.holds for one in outcomes)
    click.echo(f"{held} of {len(outcomes)} derivations hold: {counts(outcomes)}")
    sys.exit(CONFORMS if held == len(outcomes) else DEPARTS)


def cache_file() -> Path:
    """Where is remembered what held: $REFMEM_CACHE, or refmem in the user's cache folder."""
    caches = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(os.environ.get("REFMEM_CACHE") or Path(caches, "refmem")) / "derivations.json"


def _as_they_end(
    chosen: list[str], known: dict[str, Any], printed: str, workers: int
) -> Iterator[Any]:
    """What is known at once, then every other outcome as its derivation ends; alone, in order."""
    rest = [name for name in chosen if not known.get(name)]
    yield from (known[name] for name in chosen if known.get(name))
    with processes(min(workers, max(len(rest), 1))) as executor:
        for _, outcome in as_done(outcome_of, [(name, printed) for name in rest], executor):
            yield outcome


def line(outcome: Any) -> str:
    """One line: whether it holds, its name, how long it took, and its claim as far as that fits."""
    verdict = "holds" if outcome.holds else "FAILS"
    took = "as before" if outcome.remembered else f"{outcome.seconds:.1f} s"
    text = f"{verdict}  {outcome.name:<34} {took:>9}  {outcome.claim}"
    width = console().width
    return text if len(text) <= width else text[: width - 2] + ".."


def write(path: str, outcomes: list[Any]) -> None:
    """The arguments as one LaTeX document."""
    with whole_file(path) as draft:
        document = proving("show").document([one.argument for one in outcomes])
        draft.write_text(document, encoding="utf-8")
    click.echo(path)


def counts(outcomes: list[Any]) -> str:
    """Steps, false twins, assumed lemmas and seconds of some derivations together."""
    steps, twins, assumed = (
        sum(getattr(one, what) for one in outcomes) for what in ("steps", "twins", "assumed")
    )
    lemmas = f", {assumed} assumed" if assumed else ""
    seconds = sum(one.seconds for one in outcomes if not one.remembered)
    before = sum(one.remembered for one in outcomes)
    unchanged = f", {before} as before" if before else ""
    return f"{steps} steps, {twins} false{lemmas}, {seconds:.1f} s{unchanged}"
