"""The command `refmem longcontext`: what a memory becomes as the context grows."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click
from rich.text import Text

from refmem.checking import file_in_a_folder
from refmem.terminal import DEPARTS, UNAVAILABLE, console, progress_bar

WORLDS = ("fixed", "random_walk", "piecewise", "periodic")
INTERRUPTED = 130
"""Exit code of what was stopped by hand."""

whole = click.IntRange(min=1)


def world_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Options that say what the world is."""
    for option in (
        click.option("--world", "motion", type=click.Choice(WORLDS), default="random_walk",
                     show_default=True, help="How the map from keys to values moves."),
        click.option("--drift", type=float, default=1e-3, show_default=True,
                     help="Of a random walk: variance that an entry gains a token."),
        click.option("--keep", type=float, default=1.0, show_default=True,
                     help="Of a random walk: factor of the map a token."),
        click.option("--period", type=whole, default=200, show_default=True,
                     help="Of the others: tokens until it jumps or has turned."),
        click.option("--keys", type=whole, default=8, show_default=True, help="Width of a key."),
        click.option("--values", type=whole, default=4, show_default=True,
                     help="Width of a value."),
        click.option("--noise", type=float, default=0.5, show_default=True,
                     help="Variance of the noise in a value."),
        click.option("--seed", type=click.IntRange(min=0), default=0, show_default=True),
    ):  # fmt: skip
        command = option(command)
    return command


def sweep_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Options of studies that are sweeps."""
    for option in (
        click.option("--workers", type=whole, default=1, show_default=True, help="Processes."),
        click.option(
            "--journal",
            callback=file_in_a_folder,
            help="A file from which a study that was stopped goes on.",
        ),
        click.option("--plot", help="Draw it as well: a file ending in .svg or .png."),
    ):
        command = option(command)
    return command


@click.group(invoke_without_command=True)
@click.pass_context
def longcontext(context: click.Context) -> None:
    """What a memory becomes as the context grows; alone, what more context buys in two worlds."""
    if context.invoked_subcommand is None:
        context.invoke(answer)


@longcontext.command()
@click.option("--worlds", type=click.IntRange(min=2), default=100, show_default=True)
@click.option("--seed", type=click.IntRange(min=0), default=0, show_default=True)
@sweep_options
def answer(worlds: int, seed: int, **study: Any) -> None:
    """The same memories in a fixed world and in one that drifts, as T grows."""
    from refmem.longcontext.answer import what_context_buys
    from refmem.longcontext.tables import gates_of, table_of_tracks

    found = _study(what_context_buys, "answer_figure", study, worlds=worlds, rng=seed)
    for title, tracks in zip(("A fixed world", "A world that drifts"), found, strict=True):
        console().print(Text(f"\n{title}", style="bold"))
        console().print(table_of_tracks(tracks))
    gates = "; ".join(gates_of(one.memory) for one in found[1])
    console().print(Text(f"Gates, the best for the world that drifts: {gates}", style="dim"))


@longcontext.command()
@click.option("--contexts", type=click.IntRange(min=2), default=200, show_default=True)
@click.option("--seed", type=click.IntRange(min=0), default=0, show_default=True)
@sweep_options
def limits(contexts: int, seed: int, **study: Any) -> None:
    """How shipped rules come near what theory says they tend to in a fixed world."""
    from refmem.longcontext.convergence import converge
    from refmem.longcontext.tables import table_of_limits

    found = _study(converge, "convergence_figure", study, contexts=contexts, rng=seed)
    console().print(table_of_limits(found))


@longcontext.command()
@world_options
@click.option("--tokens", type=whole, default=1000, show_default=True)
@click.option("--worlds", type=click.IntRange(min=2), default=100, show_default=True)
@sweep_options
def track(
    tokens: int, worlds: int, seed: int, workers: int, journal: str | None, plot: str | None,
    **world: Any,
) -> None:  # fmt: skip
    """Follow a world that drifts with every memory, its gates the best for that world."""
    from refmem.longcontext.answer import times_until
    from refmem.longcontext.tables import gates_of, table_of_tracks
    from refmem.longcontext.tracking import track as run
    from refmem.longcontext.tuning import tuned

    made = _usage(_world, **world)
    memories = tuned(made, tokens)
    study = {"workers": workers, "journal": journal, "plot": plot}
    tracks = _study(
        run, "track_figure", study,
        cases=[(memory, made) for memory in memories], times=times_until(tokens),
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
    from refmem.longcontext.saved import SavedError, load
    from refmem.longcontext.streams import Stream
    from refmem.longcontext.tables import gates_of, table_of_octaves

    made = _usage(_world, **world)
    chosen = _usage(_memory, memory, made, alpha=alpha, beta=beta)
    run = _usage(Stream, chosen, made, chunk, seed)
    try:
        start = load(run, path) if path and Path(path).exists() else run.begin()
    except (SavedError, OSError) as error:
        click.echo(f"refmem: {error}", err=True)
        sys.exit(DEPARTS)
    _usage(run.check, tokens, start)
    position = _follow(run, start, tokens, path, seconds)
    console().print(Text(gates_of(chosen), style="bold"))
    console().print(table_of_octaves(position))


def _follow(run: Any, position: Any, tokens: int, path: str | None, seconds: float) -> Any:
    """Run to the end with a progress bar, saving now and then; stopped by hand, save and leave."""
    from refmem.longcontext.saved import save

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


def _world(motion: str, drift: float, keep: float, period: int, **sizes: Any) -> Any:
    """The world that the options say."""
    from refmem.longcontext.worlds import MOTIONS, RandomWalk, World

    if motion in ("fixed", "random_walk"):
        walk = RandomWalk() if motion == "fixed" else RandomWalk(drift, keep)
        return World(walk, **sizes)
    return World(MOTIONS[motion](period), **sizes)


def _memory(name: str, world: Any, **gates: float | None) -> Any:
    """The memory of that name, with the gates given and the best for the others."""
    from dataclasses import fields

    from refmem.longcontext.checks import find
    from refmem.longcontext.memories import MEMORIES
    from refmem.longcontext.settings import memory_of, of_memory
    from refmem.longcontext.tuning import LONGEST, tuned_memory

    kind = find("memory", MEMORIES, name)
    takes = [field.name for field in fields(kind)]
    given = {gate: value for gate, value in gates.items() if value is not None}
    for gate in given:
        if gate not in takes:
            others = [other for other in takes if other in gates]
            raise ValueError(
                f"{name}: {gate} has value {given[gate]}, expected "
                f"{'only ' + ' and '.join(others) if others else 'no gate'}, because that is what "
                "this memory takes"
            )
    if given.keys() == set(takes):
        return kind(**given)
    return memory_of(of_memory(tuned_memory(name, world, LONGEST)) | given)


def _study(run: Callable[..., Any], figure: str, study: dict[str, Any], **settings: Any) -> Any:
    """Run a study with a progress bar, on so many processes, and draw it if asked."""
    from concurrent.futures import ProcessPoolExecutor
    from contextlib import nullcontext

    from refmem import plot
    from refmem.extras import MissingExtraError
    from refmem.longcontext import figures
    from refmem.sweep import JournalError

    if study["plot"]:
        _usage(plot.check_path, study["plot"])
    pool = ProcessPoolExecutor(study["workers"]) if study["workers"] > 1 else nullcontext()
    try:
        with progress_bar(run.__name__) as progress, pool as executor:
            task = progress.add_task("points", total=None)
            found = run(
                **settings,
                journal=study["journal"],
                executor=executor,
                watch=lambda done, total: progress.update(task, completed=done, total=total),
            )
        if study["plot"]:
            plot.save(getattr(figures, figure)(found), study["plot"])
    except (JournalError, OSError) as error:
        click.echo(f"refmem: {error}", err=True)
        sys.exit(DEPARTS)
    except MissingExtraError as error:
        click.echo(f"refmem: {error}", err=True)
        sys.exit(UNAVAILABLE)
    return found


def _usage(function: Callable[..., Any], *args: Any, **given: Any) -> Any:
    """Call a function; values that cannot be are a usage error."""
    try:
        return function(*args, **given)
    except ValueError as error:
        raise click.UsageError(str(error)) from error
