"""The command `refmem capacity`."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from concurrent.futures import BrokenExecutor
from typing import Any

import click

from refmem.checking import file_in_a_folder
from refmem.terminal import UNAVAILABLE, console, progress_bar

STORED = 4096
"""Pairs that a feed-forward block stores, unless some number is given."""


def memory_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Options that say what is stored and how it is read."""
    for option in reversed((
        click.option("--kernel", "kernels", multiple=True, help="Only this one; may be repeated."),
        click.option("--dim", type=click.IntRange(min=1), default=64, show_default=True,
                     help="Width of a key."),
        click.option("--tau", type=click.FloatRange(min=0, min_open=True),
                     help="Temperature; the square root of the width unless given."),
        click.option("--pairs", multiple=True, type=click.IntRange(min=2),
                     help="Only this number of pairs; may be repeated."),
        click.option("--snr", type=click.FloatRange(min=0, min_open=True), default=100.0,
                     show_default=True, help="Wanted where the most pairs are counted."),
        click.option("--memories/--no-memories", default=True, show_default=True,
                     help="Also whole memories by age."),
        click.option("--budget", type=click.IntRange(min=1),
                     help="Also feed-forward blocks of at most so many parameters."),
    )):  # fmt: skip
        command = option(command)
    return command


def running_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Options that say how it is simulated and where it goes."""
    for option in reversed((
        click.option("--trials", type=click.IntRange(min=2), default=200, show_default=True,
                     help="Simulated reads of each point."),
        click.option("--seed", type=click.IntRange(min=0), default=0, show_default=True),
        click.option("--workers", type=click.IntRange(min=1), default=1, show_default=True,
                     help="Processes; the numbers are the same for any of them."),
        click.option("--executor", "address",
                     help="Instead of processes, a Dask cluster to run on: dask://HOST:PORT."),
        click.option("--journal", callback=file_in_a_folder,
                     help="A file that a stopped run resumes from; memories have FILE.memories."),
        click.option("--plot", "picture", help="Draw it: a file ending in .svg or .png."),
    )):  # fmt: skip
        command = option(command)
    return command


@click.command()
@memory_options
@running_options
def capacity(
    kernels: tuple[str, ...],
    dim: int,
    tau: float | None,
    pairs: tuple[int, ...],
    snr: float,
    memories: bool,
    budget: int | None,
    trials: int,
    picture: str | None,
    **running: Any,
) -> None:
    """How much memories hold: retrieval SNR of kernels and rules, theory beside simulation."""
    from refmem.capacity import designs, studies, tables
    from refmem.plot import check_path

    chosen = kernels or studies.KERNELS
    try:
        if picture is not None:
            check_path(picture)
        limits = tables.limits_table(chosen, dim, tau, snr)
    except ValueError as error:
        raise click.UsageError(str(error)) from error
    points = studies.snr_points(dim, chosen, pairs or studies.PAIRS, tau, trials)
    by_age = studies.memory_points(dim) if memories else []
    found, aged = _swept(points, by_age, **running)
    printed = console()
    printed.print(tables.snr_table(points, found))
    printed.print(limits)
    if memories:
        printed.print(tables.memory_table(by_age, aged))
    if budget is not None:
        stored = max(pairs, default=STORED)
        printed.print(tables.design_table(designs(budget, pairs=stored), budget, stored))
    if picture is not None:
        _draw(picture, points, found, by_age, aged, snr)


def _swept(
    points: Sequence[Any],
    by_age: Sequence[Any],
    seed: int,
    workers: int,
    address: str | None,
    journal: str | None,
) -> list[list[dict[str, Any]]]:
    """Both sweeps, each with a progress bar and a journal of its own."""
    from refmem.capacity import studies
    from refmem.executors import UnreachableError, executor_at
    from refmem.sweep import processes, sweep

    results = []
    try:
        with executor_at(address) if address else processes(workers) as executor:
            for label, task, some in (
                ("kernels", studies.snr_at, points),
                ("memories", studies.memory_at, by_age),
            ):
                own = f"{journal}.memories" if journal and label == "memories" else journal
                with progress_bar(label) as progress:
                    bar = progress.add_task(label, total=len(some))

                    def watch(done: int, total: int, bar: Any = bar, shown: Any = progress) -> None:
                        shown.update(bar, completed=done, total=total)

                    results.append(
                        sweep(task, some, rng=seed, executor=executor, journal=own, watch=watch)
                    )
    except ValueError as error:  # of the journal or of the address
        raise click.UsageError(str(error)) from error
    except (ImportError, UnreachableError) as error:
        click.echo(f"refmem: {error}", err=True)
        sys.exit(UNAVAILABLE)
    except BrokenExecutor as error:
        click.echo(f"refmem: a worker died ({error}); the same --journal resumes", err=True)
        sys.exit(UNAVAILABLE)
    return results


def _draw(path: str, *studied: Any) -> None:
    from refmem.capacity.figures import overview
    from refmem.plot import save

    try:
        save(overview(*studied), path)
    except ImportError as error:
        click.echo(f"refmem: {error}", err=True)
        sys.exit(UNAVAILABLE)
    click.echo(path)
