"""Machines: registers and moves solve each task, before any rule comes in."""

import itertools

import numpy as np
import pytest

from refmem.studies.expressivity.machines import machine
from refmem.studies.expressivity.moves import arrange, carry, exchange, pour, put, rotation
from refmem.studies.expressivity.task import Task
from refmem.studies.expressivity.tasks import Automaton
from tests.studies.expressivity.cells import every_task


@pytest.mark.parametrize("task", every_task())
def test_its_registers_answer_rightly(task):
    tokens = task.draw(200, np.random.default_rng(0))
    assert task.first_error(tokens, machine(task).run(tokens)) is None


@pytest.mark.parametrize("task", every_task())
def test_no_token_makes_more_moves_than_it_says(task):
    moves = machine(task)
    made = [len(moves.moves(token)) for token in task.draw(200, np.random.default_rng(0))]
    assert max(made) <= moves.steps


def test_any_automaton_of_three_states():
    random = np.random.default_rng(0)
    for _ in range(10):
        task = Automaton(tuple(map(tuple, random.integers(0, 3, (4, 3)).tolist())))
        tokens = task.draw(50, random)
        assert task.first_error(tokens, machine(task).run(tokens)) is None


def applied(moves, S):
    for write, read, value in moves:
        S = S + write * (value + read @ S)
    return S.tolist()


def test_moves_by_hand():
    S = np.array([5, 7, 9])
    assert applied([exchange(0, 2, 3)], S) == applied([exchange(2, 0, 3)], S) == [9, 7, 5]
    assert applied([put(1, 4, 3)], S) == [5, 4, 9]
    assert applied([pour(0, 1, 3)], S) == [0, 12, 9]
    assert applied(rotation(3, 1), S) == [9, 5, 7]
    assert applied(arrange([1, 2, 0]), S) == [7, 9, 5]


def test_carrying_is_the_map_on_sums():
    S = np.array([1, 10, 100])
    for images in itertools.product(range(3), repeat=3):
        wanted = np.bincount(images, weights=S, minlength=3)
        assert applied(carry(list(images)), S) == wanted.tolist()


def test_a_task_without_a_machine():
    class Other(Task):
        name = complexity = draw = answers = None

    with pytest.raises(TypeError, match="machine: task has type Other, expected a task of refmem"):
        machine(Other())
