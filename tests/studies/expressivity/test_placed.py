"""Programs of attention and of places: all small graphs, other sizes, longer words."""

import itertools

import numpy as np
import pytest

from refmem.rules.attention import softmax_attention
from refmem.studies.expressivity.graphs import Reachability
from refmem.studies.expressivity.program import converted_inputs
from refmem.studies.expressivity.programs.attention import (
    brackets_by_attention,
    copying_by_attention,
    reachability_by_attention,
    recall_by_attention,
)
from refmem.studies.expressivity.programs.by_place import (
    counting_three_by_exchanges,
    parity_by_projections,
)
from refmem.studies.expressivity.programs.sums import (
    brackets_by_delta,
    brackets_by_gla,
    brackets_by_sums,
    copying_by_sums,
    recall_by_sums,
)
from refmem.studies.expressivity.tasks import Brackets, Copying, Counting, Recall
from tests.studies.expressivity.cells import words


def graphs(n):
    """Every acyclic graph of n nodes, as tokens."""
    rows_of_node = [
        [[t, *edges, *[0] * (n - t)] for edges in itertools.product((0, 1), repeat=t)]
        for t in range(n)
    ]
    return [np.array(graph) for graph in itertools.product(*rows_of_node)]


def test_attention_reaches_whatever_can_be_reached_in_all_graphs_of_four():
    """In exact numbers, at every node of 64 graphs: 8 heads."""
    program = reachability_by_attention(Reachability(4))
    assert program.sizes == (8, 2, 1)
    assert [program.first_error(graph) for graph in graphs(4)] == [None] * 64


def test_and_in_all_graphs_of_five_by_far():
    """1024 graphs at once in floats: sums are within 0.26 of how many paths there are, and proven
    to be. What a token is given depends on it alone, so 31 tokens stand for all graphs."""
    task = Reachability(5)
    program, every = reachability_by_attention(task), np.array(graphs(5))
    tokens = np.unique(every.reshape(-1, 6), axis=0)
    given = converted_inputs(program.inputs(tokens), as_floats)
    place = {tuple(token): at for at, token in enumerate(tokens.tolist())}
    which = np.array([[place[tuple(token)] for token in graph] for graph in every.tolist()])
    batch = {name: np.moveaxis(given[name][:, which], 0, 1) for name in "qkv"}
    out = softmax_attention(**batch, state=given["state"], scale=1.0).out.sum(1)[..., 0]
    paths = np.array([path_counts(graph) for graph in every])
    assert abs(out - paths).max() < 0.26
    assert len(every) == 1024
    answers = np.array([task.answers(graph) for graph in every])
    assert ((out > 0.5) == answers).all()


def as_floats(x):
    return np.asarray(x).astype(np.float64)


def path_counts(graph):
    """How many paths lead from node 0 to each node."""
    counts = [1]
    for _, *row in graph[1:].tolist():
        counts.append(sum(counts[i] for i, edge in enumerate(row) if edge))
    return counts


@pytest.mark.parametrize(
    ("make", "task", "length"),
    [
        (recall_by_attention, Recall(7, 2), 40),
        (copying_by_attention, Copying(5, 9), 30),
        (brackets_by_attention, Brackets(4, 3), 60),
        (brackets_by_attention, Brackets(1, 2), 60),
        (recall_by_sums, Recall(7, 5), 150),
        (copying_by_sums, Copying(6, 9), 150),
        (brackets_by_sums, Brackets(5, 3), 300),
        (brackets_by_gla, Brackets(3, 2), 300),
        (brackets_by_delta, Brackets(5, 3), 100),
        (parity_by_projections, Counting(2), 80),
        (counting_three_by_exchanges, Counting(3), 300),
    ],
)
def test_programs_that_know_places_hold_at_other_sizes_and_longer(make, task, length):
    assert make(task).first_error(words(task, length)) is None


def test_brackets_that_go_deeper_are_not_counted():
    for make in (brackets_by_sums, brackets_by_attention):
        with pytest.raises(
            ValueError, match=r"task has depth 4 .brackets., expected at most 3, bec"
        ):
            make(Brackets(2, 4))
