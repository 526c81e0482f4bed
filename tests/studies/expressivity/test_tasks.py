"""Tasks: right answers by hand, instances that are allowed, checkers that find an error, and what
is said of a size that makes no sense."""

import numpy as np
import pytest

from refmem.studies.expressivity.graphs import Reachability, tokens_of_graph
from refmem.studies.expressivity.tasks import Automaton, Brackets, Copying, Counting, Recall, Swaps
from tests.studies.expressivity.cells import every_task


@pytest.mark.parametrize("task", every_task())
def test_a_random_instance_is_one_and_its_answers_are_right(task):
    tokens = task.draw(20, np.random.default_rng(0))
    assert task.allows(tokens)
    assert task.first_error(tokens, task.answers(tokens)) is None


@pytest.mark.parametrize("task", every_task())
def test_the_checker_finds_the_first_wrong_answer(task):
    tokens = task.draw(20, np.random.default_rng(1))
    given = task.answers(tokens)
    given[[3, 4]] += 1
    assert task.first_error(tokens, given) == 3


@pytest.mark.parametrize("task", every_task())
def test_no_answer_is_right_for_ever(task):
    """An instance asks: saying the same all the time is wrong soon."""
    tokens = task.draw(20, np.random.default_rng(2))
    for answer in np.unique(task.answers(tokens)):
        assert task.first_error(tokens, np.full(len(tokens), answer)) is not None


@pytest.mark.parametrize(
    ("task", "tokens", "answers"),
    [
        (Counting(3), [1, 0, 1, 1, 1], [1, 1, 2, 0, 1]),
        # 0 1 2 -> 1 0 2 -> 1 2 0
        (Swaps(3), [[1, 0, 0], [2, 1, 2]], [1, 0]),
        (Brackets(2, 3), [1, 2, -2, 2, -2, -1], [1, 2, 1, 2, 1, 0]),
        (Recall(2, 3), [[0, 1, 0], [1, 1, 3], [1, 0, 2], [0, 1, 0], [1, 1, 1]], [0, 3, 2, 3, 1]),
        (Copying(2, 4), [4, 1, 3, 2], [0, 0, 4, 1]),
        (Automaton(((1, 1), (0, 0))), [0, 0, 1], [1, 1, 0]),
        (Reachability(4), [[0, 0, 0, 0, 0], [1, 0, 0, 0, 0], [2, 1, 1, 0, 0]], [1, 0, 1]),
    ],
)
def test_by_hand(task, tokens, answers):
    assert task.answers(np.array(tokens)).tolist() == answers


def test_brackets_that_do_not_match_or_go_too_deep_are_none():
    task = Brackets(2, 2)
    for word in ([-1], [1, -2], [1, 1, 1]):
        assert not task.allows(np.array(word))
    assert task.allows(np.array([1, 2, -2, -1]))


def test_a_graph_out_of_order_is_none():
    assert not Reachability(2).allows(np.array([[0, 0, 1], [1, 0, 0]]))
    assert not Reachability(2).allows(np.array([[1, 0, 0], [0, 0, 0]]))


def test_reachability_is_the_closure_of_the_edges():
    """By powers of the adjacency matrix, which the task's answers do not use."""
    random, n = np.random.default_rng(3), 9
    for _ in range(20):
        order = random.permutation(n)
        edges = [(int(order[i]), int(order[j])) for j in range(n) for i in range(j)
                 if random.random() < 0.2]  # fmt: skip
        steps = np.eye(n, dtype=int)
        for start, end in edges:
            steps[start, end] = 1
        reached = np.linalg.matrix_power(steps, n)[0] > 0
        tokens, nodes = tokens_of_graph(edges, n)
        assert Reachability(n).allows(tokens)
        assert (Reachability(n).answers(tokens) == reached[nodes]).all()


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: Counting(1), "counting: modulus has value 1, expected at least 2, because"),
        (lambda: Swaps(1), "swaps: n has value 1, expected at least 2, because"),
        (lambda: Swaps(2.5), "swaps: n has value 2.5, expected a whole number"),
        (lambda: Brackets(0, 3), "brackets: kinds has value 0"),
        (lambda: Brackets(1, 1), "brackets: depth has value 1, .* because one level is no stack"),
        (lambda: Recall(0, 1), "recall: keys has value 0"),
        (lambda: Recall(1, 0), "recall: values has value 0"),
        (lambda: Copying(0, 2), "copying: delay has value 0"),
        (lambda: Copying(1, 0), "copying: symbols has value 0"),
        (lambda: Automaton(((0,),)), "automaton: states has value 1"),
        (lambda: Automaton(((0, 1), (0, 2))), r"automaton: table has row \(0, 2\) for symbol 1"),
        (lambda: Reachability(1), "reachability: n has value 1"),
        (
            lambda: tokens_of_graph([(0, 1), (1, 2), (2, 1)], 3),
            "reachability: edges has the cycle (1 -> 2 -> 1|2 -> 1 -> 2), expected none",
        ),
        (lambda: tokens_of_graph([(0, 3)], 3), "edges has node 3, expected 0 to 2"),
    ],
)
def test_a_size_that_makes_no_sense(make, message):
    with pytest.raises((ValueError, TypeError), match=message):
        make()
