"""The table: every cell has run, all but one is decided, and a wrong program is seen."""

from dataclasses import replace

import numpy as np

from refmem.studies.expressivity.groups import cyclic
from refmem.studies.expressivity.table import EXACT, OPEN, ROWS, WRONG, Row, run_cell, run_table
from refmem.studies.expressivity.tasks import Counting, Recall, WordProblem


def test_every_cell_is_decided_but_one():
    cells = [cell for line in run_table(length=6) for cell in line]
    assert [(c.row.name, c.task.name) for c in cells if c.verdict == OPEN] == [
        ("softmax_attention", "brackets")
    ]
    assert not [cell for cell in cells if cell.verdict == WRONG]
    for cell in cells:
        assert (cell.program is None) == (cell.verdict != EXACT)


def test_a_program_that_errs_is_wrong():
    (row,) = (row for row in ROWS if row.name == "delta, beta <= 1")
    made = row.program(Recall(3, 3))
    broken = replace(made, decode=lambda numbers: 0 * numbers[:, 0])
    wrong = run_cell(Row("w", "w", lambda task: broken), Recall(3, 3), 20, np.random.default_rng(0))
    assert wrong.verdict == WRONG
    assert wrong.first_error is not None


def test_cells_follow_from_the_seed_and_progress_is_told():
    told = []
    rows = [row for row in ROWS if row.name in ("gla", "delta_product")]
    tasks = [Counting(2), WordProblem(cyclic(4))]
    one = run_table(rows, tasks, seed=3, watch=lambda done, total: told.append((done, total)))
    other = run_table(rows, tasks, seed=3)
    assert told == [(1, 4), (2, 4), (3, 4), (4, 4)]
    assert [[c.limit for c in line] for line in one] == [[c.limit for c in line] for line in other]
