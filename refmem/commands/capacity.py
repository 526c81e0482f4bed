"""The command `refmem capacity`."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import click

from refmem.commands.studying import draw, running, seed_option, study_options, usage
from refmem.commands.terminal import console, watched
from refmem.studies.capacity import designs, studies, tables
from refmem.studies.capacity.figures import overview
from refmem.support.sweep import sweep

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


@click.command()
@memory_options
@click.option("--trials", type=click.IntRange(min=2), default=200, show_default=True,
              help="Simulated reads of each point of a kernel.")  # fmt: skip
@seed_option
@study_options
def capacity(
    kernels: tuple[str, ...],
    dim: int,
    tau: float | None,
    pairs: tuple[int, ...],
    snr: float,
    memories: bool,
    budget: int | None,
    trials: int,
    plot: str | None,
    **study: Any,
) -> None:
    """How much memories hold: retrieval SNR of kernels and rules, theory beside simulation.

    A journal FILE is that of kernels; whole memories have FILE.memories. The memories of a real
    Transformer are measured, and drawn, by tools/real_model.
    """

    chosen = kernels or studies.KERNELS
    limits = usage(tables.limits_table, chosen, dim, tau, snr)
    stored = max(pairs, default=STORED)
    blocks = [] if budget is None else _blocks(budget, stored)
    points = studies.snr_points(dim, chosen, pairs or studies.PAIRS, tau, trials)
    by_age = studies.memory_points(dim) if memories else []
    found, aged = _swept(points, by_age, **study)
    printed = console()
    printed.print(tables.snr_table(points, found))
    printed.print(limits)
    if memories:
        printed.print(tables.memory_table(by_age, aged))
    if budget is not None:
        printed.print(tables.design_table(blocks, budget, stored))
    draw(lambda: overview(points, found, by_age, aged, snr), plot)


def _blocks(budget: int, pairs: int) -> list[Any]:
    """Feed-forward blocks within the budget; a usage error where there are none."""

    blocks = designs(budget, pairs=pairs)
    if not blocks:
        raise click.UsageError(
            f"capacity: --budget has value {budget}, expected more, because no block that stores "
            f"{pairs} pairs has so few parameters"
        )
    return blocks


def _swept(
    points: Sequence[Any],
    by_age: Sequence[Any],
    seed: int,
    workers: int,
    address: str | None,
    journal: str | None,
) -> list[list[dict[str, Any]]]:
    """Both sweeps, each with a progress bar and a journal of its own."""

    results = []
    with running(workers, address) as executor:
        for label, task, some, own in (
            ("kernels", studies.snr_at, points, journal),
            ("memories", studies.memory_at, by_age, journal and f"{journal}.memories"),
        ):
            with watched(label, "points") as watch:
                results.append(
                    sweep(task, some, rng=seed, executor=executor, journal=own, watch=watch)
                )
    return results
