"""Reachability in acyclic graphs: tokens of a graph, and the task."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from graphlib import CycleError, TopologicalSorter

import numpy as np

from refmem.studies.expressivity.task import Task
from refmem.support.arguments import check_count


@dataclass(frozen=True)
class Reachability(Task):
    """Is there a path from node 0 to this node? Answers are 1 or 0.

    Nodes come in topological order, at most n of them: token t is (t, row), where row (n,) has a 1
    for every node i < t with an edge i -> t.
    """

    n: int

    def __post_init__(self) -> None:
        check_count("reachability", "n", self.n, "a path has two ends", least=2)

    @property
    def name(self) -> str:
        return "reachability"

    @property
    def complexity(self) -> str:
        return "NL-complete (Jones 1975)"

    @property
    def longest(self) -> int:
        return self.n

    def draw(self, length: int, rng: np.random.Generator) -> np.ndarray:
        """A graph of as many nodes as tokens, at most n, with every edge there by half a chance
        at first and ever less likely, so that nodes that are not reached stay common."""
        nodes = min(length, self.n)
        edges = np.tril(rng.random((nodes, self.n)) * np.arange(1, nodes + 1)[:, None] < 1, -1)
        return np.concatenate([np.arange(nodes)[:, None], edges.astype(int)], axis=1)

    def allows(self, tokens: np.ndarray) -> bool:
        in_order = (tokens[:, 0] == np.arange(len(tokens))).all()
        return bool(in_order and not np.triu(tokens[:, 1:]).any())

    def answers(self, tokens: np.ndarray) -> np.ndarray:
        reached = {0}
        for t, *row in tokens.tolist():
            if reached & {i for i, edge in enumerate(row) if edge}:
                reached.add(t)
        return np.array([int(t in reached) for t in tokens[:, 0].tolist()], dtype=int)


def tokens_of_graph(edges: Iterable[tuple[int, int]], n: int) -> tuple[np.ndarray, list[int]]:
    """Tokens of any acyclic graph of nodes 0 .. n-1, and which node each token is.

    Node 0 comes first: edges into it are on no path from it. ValueError for a cycle, which it
    names, or an edge that leaves the graph.

    >>> tokens, nodes = tokens_of_graph([(0, 2), (2, 1)], 3)
    >>> nodes, tokens[:, 1:].tolist()
    ([0, 2, 1], [[0, 0, 0], [1, 0, 0], [0, 1, 0]])
    """
    before: dict[int, set[int]] = {node: set() for node in range(n)}
    for start, end in edges:
        for node in (start, end):
            if node not in before:
                raise ValueError(
                    f"reachability: edges has node {node}, expected 0 to {n - 1}, because there "
                    f"are {n} nodes"
                )
        before[end].add(start)
    nodes = [0, *(node for node in _in_order(before) if node != 0)]
    rows = [[int(i in before[node]) for i in nodes] for node in nodes]
    rows[0] = [0] * n
    return np.concatenate([np.arange(n)[:, None], np.array(rows)], axis=1), nodes


def _in_order(before: dict[int, set[int]]) -> list[int]:
    try:
        return list(TopologicalSorter(before).static_order())
    except CycleError as error:
        around = " -> ".join(map(str, error.args[1]))
        raise ValueError(
            f"reachability: edges has the cycle {around}, expected none, because paths are "
            "followed in topological order"
        ) from None
