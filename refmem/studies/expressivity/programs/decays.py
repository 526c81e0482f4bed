"""What forgetting can do: recall by channels, copying by heads, reachability by paths or scales.

    recall        the channel of a key forgets everything as it is written again: alpha = 0
    copying       heads that forget at different rates, of which one sum is one delay's symbol
    reachability  a channel for every path, which an edge that is missing forgets

Source: worked out here.
Proof:  derivations/expressivity/decay.py
"""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import numpy as np

from refmem.algebra import solve
from refmem.algebra.numbers import fractions
from refmem.rules.decay import gla
from refmem.rules.delta import delta
from refmem.studies.expressivity.graphs import Reachability
from refmem.studies.expressivity.moves import unit
from refmem.studies.expressivity.program import Program
from refmem.studies.expressivity.programs.paths import any_path, asked_paths, edges_kept, paths_of
from refmem.studies.expressivity.programs.registers import as_it_is, first_number
from refmem.studies.expressivity.tasks import Copying, Recall


def recall_by_gates(task: Recall) -> Program:
    """gla, a channel for every key: as a key is written, its channel forgets what it held."""

    def inputs(tokens: np.ndarray) -> dict[str, Any]:
        written, key, value = tokens.T
        asked = (key[:, None] == np.arange(task.keys)).astype(int)
        write = written[:, None] * asked
        return {"q": asked, "k": write, "v": value[:, None], "alpha": 1 - write}

    return Program(task, gla, inputs, as_it_is, first_number, task.keys)


def rates(delay: int, symbols: int) -> list[Fraction]:
    """Factors 0, x, 2x .. of delay + 1 heads, so small that what is older counts less than 1/2.

    What `weights` leave of a symbol m tokens older than the delay is at most ((delay + 1) x)^m
    for x the largest factor.
    """
    largest = Fraction(1, (delay + 1) * (2 * symbols + 2))
    return [largest * place / delay for place in range(delay + 1)]


def weights(factors: list[Fraction]) -> np.ndarray:
    """r with sum over heads of r[h] factor[h]^j = 1 for j = the delay, 0 for j < the delay."""
    heads = len(factors)
    powers = fractions([[factor**j for factor in factors] for j in range(heads)])
    return solve(powers, fractions(unit(heads - 1, heads))[:, None])[:, 0]


def copying_by_gla(task: Copying) -> Program:
    """A head of one number for each rate: S = factor S + v; outputs of the heads are added."""

    def gates(factors: np.ndarray, symbols: np.ndarray) -> dict[str, Any]:
        return {"v": symbols, "alpha": factors[..., None]}

    return _copying(task, gla, gates)


def copying_by_delta(task: Copying) -> Program:
    """The same by delta steps: S = (1 - beta) S + beta v, with 0 < beta <= 1."""

    def gates(factors: np.ndarray, symbols: np.ndarray) -> dict[str, Any]:
        return {"v": symbols / (1 - factors[..., None]), "beta": 1 - factors}

    return _copying(task, delta, gates)


def _copying(task: Copying, rule: Any, gates: Any) -> Program:
    factors = rates(task.delay, task.symbols)
    read = weights(factors)

    def inputs(tokens: np.ndarray) -> dict[str, Any]:
        shape = len(factors), len(tokens)
        every_token = np.broadcast_to(fractions(factors)[:, None], shape)
        q = np.broadcast_to(read[:, None, None], (*shape, 1))
        return {"q": q, "k": np.ones((*shape, 1), int)} | gates(every_token, tokens[:, None])

    def added(out: np.ndarray, tokens: np.ndarray) -> np.ndarray:
        return out.sum(0)

    return Program(task, rule, inputs, added, first_number, len(factors))


def reachability_by_paths(task: Reachability) -> Program:
    """gla, a channel for every path from node 0, that is for every set of later nodes: it holds 1
    until a node on it lacks the edge from the one before. 2^(n - 1) numbers."""
    paths = paths_of(task)

    def inputs(tokens: np.ndarray) -> dict[str, Any]:
        none = np.zeros((len(tokens), len(paths)), int)
        return {
            "q": asked_paths(paths, tokens),
            "k": none,
            "v": none[:, :1],
            "alpha": edges_kept(paths, tokens),
            "state": np.ones((len(paths), 1), int),
        }

    return Program(
        task, gla, inputs, as_it_is, any_path, len(paths), remark="a number for every path"
    )


def reachability_by_scales(task: Reachability, rule: Any = delta, **options: Any) -> Program:
    """delta steps with 0 < beta |k|^2 < 1: a register for every node, on ever smaller scales.

        k = e_t - sum over edges i -> t of (delta_t/scale_i) e_i        beta = 1/2, v = 0

    It puts scale_t times the paths to t into register t, scale_t = delta_t/2, and changes what
    register i holds on its scale by at most (delta_t/scale_i)^2/2 <= 16^-n/2 of that. So numbers
    have about 2 n^2 bits, and are within 1/2 of the count of paths.

    Proof: derivations/expressivity/scales.py
    """
    small = Fraction(1, 4**task.n)
    scales = [(small / 2) ** node for node in range(task.n)]

    def inputs(tokens: np.ndarray) -> dict[str, Any]:
        nodes, rows = tokens[:, 0], tokens[:, 1:]
        keys = fractions(nodes[:, None] == np.arange(task.n))
        for key, node, row in zip(keys, nodes.tolist(), rows, strict=True):
            key -= row * [2 * scales[node] / scale for scale in scales]
        q = fractions(nodes[:, None] == np.arange(task.n)) / fractions(scales)
        beta = np.full(len(tokens), Fraction(1, 2)) * (nodes > 0)
        start = unit(0, task.n)[:, None]
        return {"q": q, "k": keys, "v": 0 * tokens[:, :1], "beta": beta, "state": start}

    return Program(
        task,
        rule,
        inputs,
        as_it_is,
        any_path,
        task.n,
        options=options,
        remark="numbers of 2 n^2 bits",
    )
