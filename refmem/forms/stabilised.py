"""Stabilised forms: a memory of exponentials that is kept over exp(m), so that none overflows.

    S = exp(m) * stored          m follows the greatest exponent; any m gives the same outputs

The state that goes in and comes out is the plain one, in every form: infinite where no number holds
it, though the outputs are as they should be.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from refmem.algebra import exp, zeros
from refmem.forms.form import Form, StateMemory
from refmem.grammar.inputs import Inputs
from refmem.grammar.state import each, stack


def stabilised(
    start: Callable[[Any, Inputs], tuple[Any, Any]],
    step: Callable[..., tuple[Any, Any, np.ndarray]],
) -> Form:
    """The form that keeps S/exp(m), one token after another.

    start   start(S, inputs) -> stored, m, of one structure, whose arrays broadcast with each other
    step    step(stored, m, **one token's inputs) -> stored, m, out
    """

    def run(
        rule: StateMemory, x: Inputs, S: Any, chunk: int, keep: bool
    ) -> tuple[np.ndarray, Any, Any]:
        out, after = zeros((*x.lead, x.T, x.V), x.like), []
        if x.T == 0:
            return out, S, stack([], S, len(x.lead)) if keep else None
        stored, m = start(S, x)
        for t in range(x.T):
            stored, m, out[..., t, :] = step(stored, m, **x.token(t))
            if keep:
                after.append(_plain(stored, m))
        return out, _plain(stored, m), stack(after, S, len(x.lead)) if keep else None

    return run


def first_exponent(unseen: np.ndarray, score: np.ndarray) -> np.ndarray:
    """m before the first token: its score where nothing was seen, so that no weight is lost against
    e^0; zero elsewhere, and where the score is minus infinity and so has no weight."""
    weightless = np.asarray(score == -np.inf, dtype=bool)
    return np.where(unseen & ~weightless, score, zeros((1,), score))


def _plain(stored: Any, m: Any) -> Any:
    with np.errstate(over="ignore"):
        return each(lambda part, shift: part * exp(shift), stored, m)
