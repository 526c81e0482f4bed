"""The command `refmem capacity`."""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Iterator
from concurrent.futures import BrokenExecutor, Executor
from typing import Any

import click

from refmem.checking import file_in_a_folder
from refmem.terminal import UNAVAILABLE, console, progress_bar


@click.command()
@click.option("--kernel", "kernels", multiple=True, help="Only this kernel; may be repeated.")
@click.option(
    "--dim", type=click.IntRange(min=1), default=64, show_default=True, help="Width of a key."
)
@click.option(
    "--tau",
    type=click.FloatRange(min=0, min_open=True),
    help="Temperature; the square root of the width unless given.",
)
@click.option(
    "--pairs",
    multiple=True,
    type=click.IntRange(min=2),
    help="Only this number of pairs; may be repeated.",
)
@click.option(
    "--snr",
    type=click.FloatRange(min=0, min_open=True),
    default=100.0,
    show_default=True,
    help="Wanted where the most pairs are counted.",
)
@click.option(
    "--trials",
    type=click.IntRange(min=2),
    default=200,
    show_default=True,
    help="Simulated reads of each point.",
)
@click.option("--seed", type=click.IntRange(min=0), default=0, show_default=True)
@click.option(
    "--workers",
    type=click.IntRange(min=1),
    default=1,
    show_default=True,
    help="Processes; the numbers are the same for any of them.",
)
@click.option(
    "--journal",
    callback=file_in_a_folder,
    help="A file that a stopped run resumes from; with memories, also FILE.memories.",
)
@click.option(
    "--memories/--no-memories", default=True, show_default=True, help="Also whole memories by age."
)
@click.option("--plot", "picture", help="Draw it: a file ending in .svg or .png.")
def capacity(
    kernels: tuple[str, ...],
    dim: int,
    tau: float | None,
    pairs: tuple[int, ...],
    snr: float,
    trials: int,
    seed: int,
    workers: int,
    journal: str | None,
    memories: bool,
    picture: str | None,
) -> None:
    """How much memories hold: retrieval SNR of kernels and rules, theory beside simulation."""
    from refmem.capacity import studies, tables
    from refmem.plot import check_path
    from refmem.sweep import JournalError

    chosen = kernels or studies.KERNELS
    try:
        if picture is not None:
            check_path(picture)
        of_kernels = tables.limits_table(chosen, dim, tau, snr)
    except ValueError as error:
        raise click.UsageError(str(error)) from error
    points = studies.snr_points(dim, chosen, pairs or studies.PAIRS, tau, trials)
    by_age = studies.memory_points(dim) if memories else []
    try:
        with _executor(workers) as executor:
            found = _swept(studies.snr_at, points, seed, executor, journal, "kernels")
            second = f"{journal}.memories" if journal else None
            aged = _swept(studies.memory_at, by_age, seed, executor, second, "memories")
    except JournalError as error:
        raise click.UsageError(str(error)) from error
    except BrokenExecutor as error:
        click.echo(f"refmem: a worker died ({error}); the same --journal resumes", err=True)
        sys.exit(UNAVAILABLE)
    printed = console()
    printed.print(tables.snr_table(points, found))
    printed.print(of_kernels)
    if memories:
        printed.print(tables.memory_table(by_age, aged))
    if picture is not None:
        _draw(picture, points, found, by_age, aged, snr)


@contextlib.contextmanager
def _executor(workers: int) -> Iterator[Executor | None]:
    """Processes to run in; none for one worker."""
    if workers == 1:
        yield None
        return
    from concurrent.futures import ProcessPoolExecutor
    from multiprocessing import get_context

    with ProcessPoolExecutor(workers, mp_context=get_context("spawn")) as pool:
        yield pool


def _swept(
    task: Any,
    points: list[Any],
    seed: int,
    executor: Executor | None,
    journal: str | None,
    label: str,
) -> list[dict[str, Any]]:
    """A sweep with a progress bar."""
    from refmem.sweep import sweep

    with progress_bar(label) as progress:
        bar = progress.add_task(label, total=len(points))
        return sweep(
            task,
            points,
            rng=seed,
            executor=executor,
            journal=journal,
            watch=lambda done, total: progress.update(bar, completed=done, total=total),
        )


def _draw(
    path: str, points: list[Any], found: list[Any], by_age: list[Any], aged: list[Any], snr: float
) -> None:
    from refmem.capacity.figures import overview
    from refmem.plot import save

    try:
        save(overview(points, found, by_age, aged, snr), path)
    except ImportError as error:
        click.echo(f"refmem: {error}", err=True)
        sys.exit(UNAVAILABLE)
    click.echo(path)
