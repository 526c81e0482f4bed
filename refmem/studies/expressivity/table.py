"""Which rule solves which task: every cell is run.

A cell is a program, run on a random instance in exact numbers and checked after every token; or a
limit, shown by running the rule on words that it cannot tell apart; or open, where there is
neither a program nor a proof here. All rules are one layer, and what they are given for a token
depends on that token alone; softmax attention also knows its place.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np

from refmem.rules.delta import delta_product
from refmem.studies.expressivity import encodings, limits
from refmem.studies.expressivity.four_exponentials import four_exponentials
from refmem.studies.expressivity.graphs import Reachability
from refmem.studies.expressivity.groups import alternating, quaternion, symmetric
from refmem.studies.expressivity.keys import narrowest_keys, orthogonal_keys
from refmem.studies.expressivity.limits import Limit
from refmem.studies.expressivity.machines import machine
from refmem.studies.expressivity.program import Program
from refmem.studies.expressivity.programs.attention import copying_by_attention, recall_by_attention
from refmem.studies.expressivity.programs.decays import (
    copying_by_delta,
    copying_by_gla,
    reachability_by_paths,
    reachability_by_scales,
    recall_by_gates,
)
from refmem.studies.expressivity.programs.delta import by_delta, by_delta_product
from refmem.studies.expressivity.programs.deltaformer import by_deltaformer
from refmem.studies.expressivity.programs.generalized_delta import by_generalized_delta
from refmem.studies.expressivity.tasks import (
    Brackets,
    Copying,
    Counting,
    Recall,
    Swaps,
    Task,
    WordProblem,
)

EXACT, IMPOSSIBLE, OPEN, WRONG = "exact", "impossible", "open", "wrong"

Shows = Callable[..., Limit | None]


@dataclass(frozen=True)
class Row:
    """A rule under a condition.

    name      as it is asked for
    heading   as it stands over its column
    program   task -> its program, or None
    limits    what may show that there is none
    """

    name: str
    heading: str
    program: Callable[[Task], Program | None]
    limits: tuple[Shows, ...] = ()


@dataclass(frozen=True)
class Cell:
    """What came of one rule and one task.

    verdict      exact, impossible, open, or wrong: a program that erred
    program      what was run, if there is one
    limit        what was shown, if there is none
    first_error  the token after which a wrong program erred
    """

    row: Row
    task: Task
    verdict: str
    program: Program | None = None
    limit: Limit | None = None
    first_error: int | None = None


def standard_tasks() -> tuple[Task, ...]:
    """The tasks of the table, of a size that shows what happens."""
    groups = symmetric(3), quaternion(), symmetric(5), alternating(5)
    return (
        Counting(2),
        Counting(3),
        Swaps(5),
        *map(WordProblem, groups),
        Reachability(6),
        Brackets(kinds=2, depth=3),
        Recall(keys=4, values=3),
        Copying(delay=3, symbols=4),
    )


def by_class(makers: dict[type, Callable[..., Program]]) -> Callable[[Task], Program | None]:
    """What makes a program for each class of tasks; for other classes there is none."""

    def program(task: Task) -> Program | None:
        make = makers.get(type(task))
        return None if make is None else make(task)

    return program


def _recall_by_delta(task: Task) -> Program:
    return by_delta(machine(task))


def _reflected(task: Task) -> Program | None:
    """One delta step a token, where the machine takes one."""
    made = _gentle(task)
    return by_delta(machine(task)) if made is None and machine(task).steps == 1 else made


def _products(task: Task) -> Program:
    if isinstance(task, Reachability):
        return reachability_by_scales(task, delta_product, n=1)
    return by_delta_product(machine(task))


def _generalized(task: Task) -> Program:
    return by_generalized_delta(machine(task))


def _rounded(task: Task) -> Program:
    moves = machine(task)
    return by_deltaformer(moves, narrowest_keys(moves.registers))


def _exponential(task: Task) -> Program:
    moves = machine(task)
    return by_deltaformer(moves, orthogonal_keys(moves.registers), four_exponentials)


_gentle = by_class(
    {
        Recall: _recall_by_delta,
        Copying: copying_by_delta,
        Reachability: reachability_by_scales,
    }
)

ROWS = (
    Row(
        "linear_attention",
        "linear\nattn",
        by_class({}),
        (
            partial(limits.blind, encoding=encodings.LINEAR),
            partial(limits.additive, encoding=encodings.PLACED),
        ),
    ),
    Row(
        "softmax_attention",
        "softmax\nattn",
        by_class({Recall: recall_by_attention, Copying: copying_by_attention}),
        (partial(limits.additive, encoding=encodings.SOFTMAX),),
    ),
    Row(
        "gla",
        "gla",
        by_class(
            {
                Recall: recall_by_gates,
                Copying: copying_by_gla,
                Reachability: reachability_by_paths,
            }
        ),
        (
            partial(limits.turning, encoding=encodings.GATED),
            partial(limits.fading, encoding=encodings.GATED, words=limits.COUNTERS),
        ),
    ),
    Row(
        "delta, beta <= 1",
        "delta\nb <= 1",
        _gentle,
        (
            partial(limits.turning, encoding=encodings.POSITIVE),
            partial(limits.fading, encoding=encodings.POSITIVE, words=limits.LEVELS),
        ),
    ),
    Row(
        "delta, beta <= 2",
        "delta\nb <= 2",
        _reflected,
        (
            partial(limits.turning, encoding=encodings.REFLECTING, stride=2),
            partial(limits.fading, encoding=encodings.REFLECTING, words=limits.LEVELS),
        ),
    ),
    Row("delta_product", "delta\nproduct", _products),
    Row("generalized_delta", "general.\ndelta", _generalized),
    Row("deltaformer, rounding", "DeltaF.\nround", _rounded),
    Row("deltaformer, 4 exponentials", "DeltaF.\n4 exp", _exponential),
)
"""The rules; beta is that of unit keys: beta |k|^2 in general."""


def run_cell(row: Row, task: Task, length: int, rng: np.random.Generator) -> Cell:
    """Run a program if there is one, else show a limit."""
    program = row.program(task)
    if program is not None:
        error = program.first_error(task.draw(length, rng))
        return Cell(row, task, EXACT if error is None else WRONG, program, None, error)
    for show in row.limits:
        limit = show(task, rng=rng)
        if limit is not None:
            return Cell(row, task, IMPOSSIBLE, limit=limit)
    return Cell(row, task, OPEN)


def run_table(
    rows: Sequence[Row] = ROWS,
    tasks: Sequence[Task] | None = None,
    *,
    length: int = 24,
    seed: int = 0,
    watch: Callable[[int, int], object] = lambda done, total: None,
) -> list[list[Cell]]:
    """Every cell, a list a task; each has a random generator of its own.

    >>> (cell,), = run_table([row for row in ROWS if row.name == "gla"], [Counting(2)])
    >>> cell.verdict, cell.limit.kind
    ('impossible', 'turning')
    """
    tasks = standard_tasks() if tasks is None else tasks
    table, total = [], len(rows) * len(tasks)
    for place, task in enumerate(tasks):
        cells = []
        for column, row in enumerate(rows):
            rng = np.random.default_rng([seed, place, column])
            cells.append(run_cell(row, task, length, rng))
            watch(place * len(rows) + column + 1, total)
        table.append(cells)
    return table
