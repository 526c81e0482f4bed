"""The table: every cell has run and says how large it is, and a wrong program is seen."""

import re
from dataclasses import replace

import numpy as np
import pytest

from refmem.studies.expressivity.groups import cyclic
from refmem.studies.expressivity.report import as_data, sentence
from refmem.studies.expressivity.rows import ROWS, Grants, Row
from refmem.studies.expressivity.table import (
    EXACT,
    IMPOSSIBLE,
    OPEN,
    WRONG,
    run_cell,
    run_table,
)
from refmem.studies.expressivity.tasks import Counting, Recall, WordProblem
from tests.studies.expressivity.cells import GRANTS, UNKNOWN


@pytest.mark.parametrize("grants", GRANTS, ids=["places", "no places"])
def test_every_cell_has_a_verdict_and_says_of_which_sizes(grants):
    cells = [cell for line in run_table(length=6, grants=grants, draws=1) for cell in line]
    unknown = {(c.row.name, c.task.name) for c in cells if c.verdict == OPEN}
    assert unknown == UNKNOWN[grants.places]
    assert not [cell for cell in cells if cell.verdict == WRONG]
    for cell in cells:
        assert (cell.program is None) == (cell.verdict != EXACT)
        assert (cell.limit is not None) == (cell.verdict == IMPOSSIBLE)
        if cell.verdict == EXACT:
            assert re.search(r"exact at .*6 tokens.* heads? with keys of \d", sentence(cell))
        else:
            assert re.search(r"searched .*: no program$", sentence(cell))
        if cell.verdict == IMPOSSIBLE:
            assert re.search(r"(heads and channels|letters|times|alike): ", sentence(cell))


def test_a_program_that_errs_is_wrong():
    (row,) = (row for row in ROWS if row.name == "delta, beta <= 1")
    broken = replace(row.program(Recall(3, 3)), decode=lambda numbers: 0 * numbers[:, 0])
    made = Row("w", "w", (lambda task: broken,))
    wrong = run_cell(made, Recall(3, 3), 20, np.random.default_rng(0))
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


def test_the_data_have_all_that_the_details_say():
    rows = [row for row in ROWS if row.name in ("softmax_attention", "gla")]
    cells = run_table(rows, [Counting(2), Recall(2, 2)], length=4, grants=Grants(False), draws=1)
    data = as_data(cells, Grants(False))
    assert data["granted"]["places"] is False
    degree, positive, blind, exact = data["cells"]
    assert degree["limit"] == {
        "kind": "degree",
        "sizes": "2 heads of 3 channels; H heads fail at H + 1 letters",
    }
    assert positive["searched"] == {
        "found": None, "heads": [1, 2], "draws": 1, "words": 256, "tokens": 9,
    }  # fmt: skip
    assert blind["verdict"] == "impossible"
    assert exact["program"] == {
        "rule": "gla", "heads": 1, "keys": 2, "values": 1, "numbers_kept": 2,
        "for_every_token": False, "steps": 1, "places": False, "remark": "",
        "lengths": [1, 2, 4], "first_error": None,
    }  # fmt: skip
