"""Memories that keep moments of all pairs and solve for what they recall: their state, and the form
of conjugate gradients."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np

from refmem.algebra import conjugate_gradients, recall, zeros
from refmem.grammar.inputs import Inputs
from refmem.grammar.state import stack
from refmem.memory import empty_matrix


class Moments(NamedTuple):
    """What keys say of keys (..., K, K) and of values (..., K, V), summed over the past."""

    keys: np.ndarray
    values: np.ndarray


def no_pairs(x: Inputs) -> Moments:
    """Zeros."""
    return Moments(zeros((*x.lead, x.K, x.K), x.like), empty_matrix(x))


def by_conjugate_gradients(
    write: Callable[[Any, dict[str, Any]], Any],
    matrices: Callable[[Any, Inputs], np.ndarray],
) -> Callable[..., tuple[np.ndarray, Any, Any]]:
    """A form: moments token by token, then the queries of a chunk are solved for together.

    write      write(state, one token's inputs) -> state, whose `values` are what is recalled
    matrices   matrices(states after every token, inputs): what is solved with, (..., T, K, K)
    """

    def run(
        rule: Any, x: Inputs, state: Any, chunk: int, keep: bool
    ) -> tuple[np.ndarray, Any, Any]:
        out, after = zeros((*x.lead, x.T, x.V), x.like), []
        for start in range(0, x.T, chunk):
            part, seen = x.tokens(start, min(start + chunk, x.T)), []
            for t in range(part.T):
                state = write(state, part.token(t))
                seen.append(state)
            moments = stack(seen, state, len(x.lead))
            steps = x.options["iterations"] or x.K
            asked = conjugate_gradients(matrices(moments, part), part.q, steps)
            out[..., start : start + part.T, :] = recall(moments.values, asked)
            after += seen if keep else []
        return out, state, stack(after, state, len(x.lead)) if keep else None

    return run
