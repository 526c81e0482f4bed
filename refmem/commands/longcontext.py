"""The command `refmem longcontext`: what a memory becomes as the context grows."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click
from rich.text import Text

from refmem.commands.longcontext_options import (
    memory_of_options,
    whole,
    world_of_options,
    world_options,
)
from refmem.commands.studying import draw, running, seed_option, study_options, usage
from refmem.commands.terminal import INTERRUPTED, console, file_in_a_folder, progress_bar, watched
from refmem.studies.longcontext import answer as what_is_bought
from refmem.studies.longcontext import figures
from refmem.studies.longcontext.convergence import converge
from refmem.studies.longcontext.saved import SavedError, load, save
from refmem.studies.longcontext.streams import Stream
from refmem.studies.longcontext.tables import (
    gates_of,
    table_of_limits,
    table_of_octaves,
    table_of_tracks,
)
from refmem.studies.longcontext.tracking import track as run
from refmem.studies.longcontext.tuning import tuned


@click.group(invoke_without_command=True)
@click.pass_context
def longcontext(context: click.Context) -> None:
    """What a memory becomes as the context grows; alone, what more context buys in two worlds."""
    if context.invoked_subcommand is None:
        context.invoke(answer)


@longcontext.command()
@click.option("--worlds", type=click.IntRange(min=2), default=100, show_default=True)
@seed_option
@study_options
def answer(worlds: int, seed: int, **study: Any) -> None:
    """The same memories in a fixed world and in one that drifts, as T grows."""

    found = _study(
        what_is_bought.what_context_buys, "answer_figure", **study, worlds=worlds, rng=seed
    )
    for title, tracks in zip(("A fixed world", "A world that drifts"), found, strict=True):
        console().print(Text(f"\n{title}", style="bold"))
        console().print(table_of_tracks(tracks))
    gates = "; ".join(gates_of(one.memory) for one in found[1])
    console().print(Text(f"Gates, the best for the world that drifts: {gates}", style="dim"))


@longcontext.command()
@click.option("--contexts", type=click.IntRange(min=2), default=200, show_default=True)
@seed_option
@study_options
def limits(contexts: int, seed: int, **study: Any) -> None:
    """How shipped rules come near what theory says they tend to in a fixed world."""

    found = _study(converge, "convergence_figure", **study, contexts=contexts, rng=seed)
    console().print(table_of_limits(found))


@longcontext.command()
@world_options
@click.option("--tokens", type=whole, default=1000, show_default=True)
@click.option("--worlds", type=click.IntRange(min=2), default=100, show_default=True)
@study_options
def track(
    tokens: int, worlds: int, seed: int, workers: int, address: str | None, journal: str | None,
    plot: str | None, **world: Any,
) -> None:  # fmt: skip
    """Follow a world that drifts with every memory, its gates the best for that world."""

    made = usage(world_of_options, **world)
    memories = tuned(made, tokens)
    tracks = _study(
        run, "track_figure", workers=workers, address=address, journal=journal, plot=plot,
        cases=[(memory, made) for memory in memories], times=what_is_bought.times_until(tokens),
        worlds=worlds, rng=seed,
    )  # fmt: skip
    console().print(table_of_tracks(tracks))
    for memory in memories:
        console().print(Text(gates_of(memory), style="dim"))


@longcontext.command()
@click.argument("memory")
@world_options
@click.option("--tokens", type=whole, default=10_000_000, show_default=True)
@click.option("--chunk", type=whole, default=1000, show_default=True, help="Tokens at a time.")
@click.option("--alpha", type=float, help="Of decayed, gated_delta and mesa; the best if left out.")
@click.option("--beta", type=float, help="Of delta and gated_delta; the best if left out.")
@click.option(
    "--state", "path", callback=file_in_a_folder, help="A file to go on from, saved while it runs."
)
@click.option(
    "--save-every",
    "seconds",
    type=click.FloatRange(min=0),
    default=5.0,
    show_default=True,
    help="Seconds between two of its savings.",
)
def stream(
    memory: str, tokens: int, chunk: int, alpha: float | None, beta: float | None,
    path: str | None, seconds: float, seed: int, **world: Any,
) -> None:  # fmt: skip
    """Run MEMORY over a stream of any length in constant memory: averaged, decayed, delta,
    gated_delta, mesa or kalman."""

    made = usage(world_of_options, **world)
    chosen = usage(memory_of_options, memory, made, alpha=alpha, beta=beta)
    run = usage(Stream, chosen, made, chunk, seed)
    try:
        start = load(run, path) if path and Path(path).exists() else run.begin()
        usage(run.check, tokens, start)
        position = _follow(run, start, tokens, path, seconds)
    except (SavedError, OSError) as error:
        raise click.UsageError(str(error)) from error
    console().print(Text(gates_of(chosen), style="bold"))
    console().print(table_of_octaves(position))


def _follow(run: Any, position: Any, tokens: int, path: str | None, seconds: float) -> Any:
    """Run to the end with a progress bar, saving now and then; stopped by hand, save and leave."""

    saved = time.monotonic()
    try:
        with progress_bar(run.memory.name) as progress:
            task = progress.add_task("tokens", total=tokens, completed=position.tokens)
            for later in run.positions(tokens, position):
                position = later
                progress.update(task, completed=position.tokens)
                if path and time.monotonic() - saved >= seconds:
                    save(run, position, path)
                    saved = time.monotonic()
    except KeyboardInterrupt:
        if path:
            save(run, position, path)
        again = f"; the same command goes on from {path}" if path else ""
        click.echo(f"refmem: stopped after {position.tokens} tokens{again}", err=True)
        sys.exit(INTERRUPTED)
    if path:
        save(run, position, path)
    return position


def _study(
    run: Callable[..., Any],
    figure: str,
    *,
    workers: int,
    address: str | None,
    journal: str | None,
    plot: str | None,
    **settings: Any,
) -> Any:
    """Run a study with a progress bar, where it is asked to, and draw it if asked."""

    with running(workers, address) as executor, watched(run.__name__, "points") as watch:
        found = run(**settings, journal=journal, executor=executor, watch=watch)
    draw(lambda: getattr(figures, figure)(found), plot)
    return found
