"""Chunks: all tokens of a chunk at once, the state from one chunk to the next.

Any number of tokens, any chunk. Time T (C + K V / C ...) in matrix products, memory C^2 + K V.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from refmem.algebra import zeros
from refmem.forms import parallel
from refmem.forms.form import Form, Linear, Run
from refmem.grammar.inputs import Inputs


def run(rule: Linear, x: Inputs, S: Any, chunk: int, keep: bool) -> Run:
    """Outputs, the last state, and with `keep` the state after every token."""
    return in_chunks(parallel.run, rule, x, S, chunk, keep)


def in_chunks(run_chunk: Form, rule: Linear, x: Inputs, S: Any, chunk: int, keep: bool) -> Run:
    """A form for all tokens at once, run chunk by chunk, each from the state that the last left."""
    if x.T == 0:
        return parallel.run(rule, x, S, chunk, keep)
    out = zeros((*x.lead, x.T, x.V), x.like)
    after = []
    for start in range(0, x.T, chunk):
        stop = min(start + chunk, x.T)
        out[..., start:stop, :], S, states = run_chunk(rule, x.tokens(start, stop), S, chunk, keep)
        after.append(states)
    return out, S, np.concatenate(after, axis=len(x.lead)) if keep else None
