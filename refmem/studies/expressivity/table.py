"""Which rule solves which task: every cell is run.

A cell is a program, run on random instances of several lengths in exact numbers and checked after
every token; or a limit, shown by running the rule on words that it cannot tell apart; or open, if
there is neither a program nor a proof here. Where there is no program one is searched, and what was
searched is stated. All rules are one layer, and all are granted the same (`rows.Grants`).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from refmem.studies.expressivity.graphs import Reachability
from refmem.studies.expressivity.groups import alternating, quaternion, symmetric
from refmem.studies.expressivity.limits import Limit
from refmem.studies.expressivity.program import Program
from refmem.studies.expressivity.rows import GRANTED, ROWS, Grants, Row
from refmem.studies.expressivity.search import DRAWS, Searched, search
from refmem.studies.expressivity.task import Task
from refmem.studies.expressivity.tasks import (
    Brackets,
    Copying,
    Counting,
    Recall,
    Swaps,
    WordProblem,
)

EXACT, IMPOSSIBLE, OPEN, WRONG = "exact", "impossible", "open", "wrong"


@dataclass(frozen=True)
class Cell:
    """What came of one rule and one task.

    verdict      exact, impossible, open, or wrong: a program that erred
    program      what was run, if there is one
    limit        what was shown, if there is none
    first_error  the token after which a wrong program erred
    lengths      of the instances that a program was run on
    searched     what was searched where there is no program, if anything was
    """

    row: Row
    task: Task
    verdict: str
    program: Program | None = None
    limit: Limit | None = None
    first_error: int | None = None
    lengths: tuple[int, ...] = ()
    searched: Searched | None = None


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


def lengths_of(task: Task, length: int) -> tuple[int, ...]:
    """A quarter, a half and all of it, or of as much as a task's instances have.

    >>> lengths_of(Counting(2), 24), lengths_of(Reachability(6), 24)
    ((6, 12, 24), (1, 3, 6))
    """
    most = min(length, task.longest or length)
    return tuple(sorted({max(1, most // part) for part in (4, 2, 1)}))


def run_cell(
    row: Row,
    task: Task,
    length: int,
    rng: np.random.Generator,
    grants: Grants = GRANTED,
    **budget: Any,
) -> Cell:
    """Run a program if there is one, else show a limit and search; budget as for `search`."""
    program, lengths = row.program(task, grants), lengths_of(task, length)
    if program is not None:
        errors = (program.first_error(task.draw(some, rng)) for some in lengths)
        error = next((one for one in errors if one is not None), None)
        verdict = EXACT if error is None else WRONG
        return Cell(row, task, verdict, program, None, error, lengths)
    shown = (show(task, rng=rng) for show in row.limits(grants))
    limit = next((one for one in shown if one is not None), None)
    reads = row.reads(grants)
    searched = search(task, reads, rng, **budget) if reads else None
    verdict = OPEN if limit is None else IMPOSSIBLE
    return Cell(row, task, verdict, limit=limit, searched=searched)


def run_table(
    rows: Sequence[Row] = ROWS,
    tasks: Sequence[Task] | None = None,
    *,
    length: int = 24,
    seed: int = 0,
    grants: Grants = GRANTED,
    draws: int = DRAWS,
    watch: Callable[[int, int], object] = lambda done, total: None,
) -> list[list[Cell]]:
    """Every cell, a list a task; each has a random generator of its own.

    draws   how often heads are drawn in the search for a program where none is known

    >>> (cell,), = run_table([row for row in ROWS if row.name == "gla"], [Counting(2)])
    >>> cell.verdict, cell.limit.kind
    ('impossible', 'positive')
    """
    tasks = standard_tasks() if tasks is None else tasks
    table, total = [], len(rows) * len(tasks)
    for place, task in enumerate(tasks):
        cells = []
        for column, row in enumerate(rows):
            rng = np.random.default_rng([seed, place, column])
            cells.append(run_cell(row, task, length, rng, grants, draws=draws))
            watch(place * len(rows) + column + 1, total)
        table.append(cells)
    return table
