"""The programs and limits of the table, as pytest parameters, with places and without."""

import numpy as np
import pytest

from refmem.studies.expressivity.rows import ROWS, Grants
from refmem.studies.expressivity.table import standard_tasks

TASKS = standard_tasks()
GRANTS = (Grants(places=True), Grants(places=False))


UNKNOWN = {
    True: {
        *(("delta, beta <= 1", f"words of {group}") for group in ("S3", "Q8", "S5", "A5")),
        *(("delta, beta <= 2", f"words of {group}") for group in ("S3", "Q8", "S5", "A5")),
        ("delta, beta <= 1", "count mod 3"),
        ("delta, beta <= 1", "swaps of 5"),
    },
    False: set(),
}
"""The open cells: delta steps whose keys may depend on the place, one a token."""


def every_task():
    """A parameter for each task."""
    return [pytest.param(task, id=task.name) for task in TASKS]


def every_program():
    """A parameter for each program that some cell has."""
    made = {}
    for row in ROWS:
        for task in TASKS:
            for grants in GRANTS:
                program = row.program(task, grants)
                if program is not None:
                    places = "-places" if program.places else ""
                    made.setdefault(f"{row.name}-{task.name}{places}", program)
    return [pytest.param(program, id=name) for name, program in made.items()]


def every_limit():
    """A parameter (row, task, grants) for each cell of a rule of which something is drawn."""
    return [
        pytest.param(
            row, task, grants, id=f"{row.name}-{task.name}{'-places' if grants.places else ''}"
        )
        for row in ROWS
        if row.encodings
        for task in TASKS
        for grants in GRANTS
    ]


def words(task, length=18):
    """One instance."""
    return task.draw(length, np.random.default_rng(4))
