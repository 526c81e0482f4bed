"""Options of `refmem longcontext`, and the worlds and memories that they say."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import fields
from typing import Any

import click

from refmem.commands.studying import seed_option
from refmem.studies.longcontext.memories import MEMORIES
from refmem.studies.longcontext.settings import kind_of, memory_of, of_memory
from refmem.studies.longcontext.tuning import LONGEST, tuned_memory
from refmem.studies.longcontext.worlds import MOTIONS, RandomWalk, World

TAKES: dict[str, dict[str, float]] = {
    "fixed": {},
    "random_walk": {"drift": 1e-3, "keep": 1.0},
    "piecewise": {"period": 200},
    "periodic": {"period": 200},
}
"""Worlds, and what each takes with its defaults."""

whole = click.IntRange(min=1)


def world_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Options that say what the world is."""
    for option in (
        click.option("--world", "motion", type=click.Choice(list(TAKES)), default="random_walk",
                     show_default=True, help="How the map from keys to values moves."),
        click.option("--drift", type=float,
                     help="Of random_walk: variance an entry gains a token.  [default: 0.001]"),
        click.option("--keep", type=float,
                     help="Of random_walk: factor of the map a token.  [default: 1]"),
        click.option("--period", type=whole,
                     help="Of piecewise, periodic: tokens of a piece or turn.  [default: 200]"),
        click.option("--keys", type=whole, default=8, show_default=True, help="Width of a key."),
        click.option("--values", type=whole, default=4, show_default=True,
                     help="Width of a value."),
        click.option("--noise", type=float, default=0.5, show_default=True,
                     help="Variance of the noise in a value."),
        seed_option,
    ):  # fmt: skip
        command = option(command)
    return command


def world_of_options(motion: str, keys: int, values: int, noise: float, **given: Any) -> Any:
    """The world that the options say; ValueError for one that this world does not take."""

    takes = TAKES[motion]
    for name, value in given.items():
        if value is not None and name not in takes:
            raise ValueError(
                f"{motion}: {name} has value {value}, expected "
                f"{'only ' + ' and '.join(takes) if takes else 'none'}, because that is what this "
                "world takes"
            )
    chosen = {name: takes[name] if given[name] is None else given[name] for name in takes}
    return World(MOTIONS.get(motion, RandomWalk)(**chosen), keys, values, noise)


def memory_of_options(name: str, world: Any, **gates: float | None) -> Any:
    """The memory of that name, with the gates given and the best for the others."""

    kind = kind_of("memory", MEMORIES, name)
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
