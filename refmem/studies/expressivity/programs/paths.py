"""Every path of a graph at once: which of them a token breaks, and which it asks.

A path from node 0 is a set of later nodes, so there are 2^(n - 1) of them. A token is a node with
the edges into it: on every path that comes by, it keeps or lacks the one edge that leads to it.
"""

from __future__ import annotations

from itertools import combinations
from typing import Any

import numpy as np

from refmem.studies.expressivity.graphs import Reachability

Path = tuple[int, ...]


def paths_of(task: Reachability) -> list[Path]:
    """Every path that starts in node 0 and goes on to later nodes.

    >>> paths_of(Reachability(3))
    [(0,), (0, 1), (0, 2), (0, 1, 2)]
    """
    later = range(1, task.n)
    return [(0, *rest) for size in range(task.n) for rest in combinations(later, size)]


def edges_kept(paths: list[Path], tokens: np.ndarray) -> np.ndarray:
    """(T, paths): the edge that leads to the token's node on each path; see `path_gates`."""
    return np.array([path_gates(paths, node, row) for node, *row in tokens.tolist()])


def path_gates(paths: list[Path], node: int, row: Any) -> list[Any]:
    """Of one node: 1 for the paths that do not come by (and for node 0, where they start)."""
    return [row[path[path.index(node) - 1]] if node in path[1:] else 1 for path in paths]


def asked_paths(paths: list[Path], tokens: np.ndarray) -> np.ndarray:
    """(T, paths): 1 for those that end where the token is."""
    return (tokens[:, :1] == np.array([path[-1] for path in paths])).astype(int)


def any_path(counts: np.ndarray) -> np.ndarray:
    """Whether there is one, from how many there are (T, 1)."""
    return (counts[:, 0] > 0).astype(int)
