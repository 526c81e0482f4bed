"""The programs and limits of the table, as pytest parameters."""

import pytest

from refmem.studies.expressivity.table import ROWS, standard_tasks

TASKS = standard_tasks()


def every_task():
    """A parameter for each task."""
    return [pytest.param(task, id=task.name) for task in TASKS]


def every_program():
    """A parameter for each cell that has a program."""
    programs = [(row, row.program(task)) for row in ROWS for task in TASKS]
    return [
        pytest.param(program, id=f"{row.name}-{program.task.name}")
        for row, program in programs
        if program is not None
    ]


def every_limit():
    """A parameter (row, task, whether it has a program) for each cell of a rule with limits."""
    return [
        pytest.param(row, task, row.program(task) is not None, id=f"{row.name}-{task.name}")
        for row in ROWS
        if row.limits
        for task in TASKS
    ]
