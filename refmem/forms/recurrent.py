"""The definition: one token after another, S -> step(S, token t). Always the authority.

Time T K V, memory one state. Runs every state rule, linear or not.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from refmem.algebra import zeros
from refmem.forms.form import StateMemory
from refmem.grammar.inputs import Inputs
from refmem.grammar.state import each, stack


def run(
    rule: StateMemory, x: Inputs, S: Any, chunk: int, keep: bool
) -> tuple[np.ndarray, Any, Any]:
    """Outputs, the last state, and with `keep` the state after every token."""
    if x.like.dtype == object and not x.lead:
        return _run_with_a_lead(rule, x, S, chunk, keep)
    out = zeros((*x.lead, x.T, x.V), x.like)
    after = []
    for t in range(x.T):
        S, out[..., t, :] = rule.step(S, **x.token(t))
        if keep:
            after.append(S)
    return out, each(np.copy, S), stack(after, S, len(x.lead)) if keep else None


def _run_with_a_lead(
    rule: StateMemory, x: Inputs, S: Any, chunk: int, keep: bool
) -> tuple[np.ndarray, Any, Any]:
    """The same under one leading axis: arithmetic on a 0-d object array leaves a bare number."""
    out, S, after = run(rule, x.broadcast((1,)), each(lambda part: part[None], S), chunk, keep)
    return out[0], each(_only, S), each(_only, after) if keep else None


def _only(x: np.ndarray) -> np.ndarray:
    return x[0]
