"""An associative scan: every token is an affine map of the state, and affine maps compose.

    (A2, B2) after (A1, B1) = (A2 A1, A2 B1 + B2)

Doubling: after round r each token holds the composition of the last 2^r tokens, so log2(C) rounds
give every state of a chunk of C tokens at once; a chunk of T is one scan of them all. Time T log C
K^2 (K + V), memory C K (K + V): for proofs, not for speed.
Where nothing is erased the maps are diagonal, and the scan is that of entries: `diagonal.py`.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from refmem.algebra import bind, zeros
from refmem.forms.chunked import in_chunks
from refmem.forms.columns import join_columns, split_columns
from refmem.forms.diagonal import run_diagonal
from refmem.forms.form import Linear, Run
from refmem.forms.micro import last_steps
from refmem.forms.states import read_all
from refmem.grammar.inputs import Inputs
from refmem.grammar.transition import Transition


def run(rule: Linear, x: Inputs, S: Any, chunk: int, keep: bool) -> Run:
    """Outputs, the last state, and with `keep` the state after every token."""
    return in_chunks(_run_chunk, rule, x, S, chunk, keep)


def _run_chunk(rule: Linear, x: Inputs, S: Any, chunk: int, keep: bool) -> Run:
    """All tokens of a chunk by one scan."""
    assert rule.transition is not None
    m = rule.transition(**x.arguments)
    every_step = (
        run_diagonal(m, S)
        if m.erase is None
        else join_columns(m, *run_transition(*split_columns(m, S)))
    )
    out, S, states = last_steps(m, *every_step)
    return m.finished(out), S.copy(), states if keep else None


def run_transition(m: Transition, S: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Outputs, the last state, and the state after every token, (..., T, K, V)."""
    A, B = affine_maps(m)
    span = 1
    while span < A.shape[-3]:
        later, earlier = A[..., span:, :, :], A[..., :-span, :, :]
        B = np.concatenate(
            [B[..., :span, :, :], later @ B[..., :-span, :, :] + B[..., span:, :, :]], axis=-3
        )
        A = np.concatenate([A[..., :span, :, :], later @ earlier], axis=-3)
        span *= 2
    return read_all(m, S, A @ S[..., None, :, :] + B)


def affine_maps(m: Transition) -> tuple[np.ndarray, np.ndarray]:
    """Each token as S -> A S + B: A = diag(decay) + u w' and B = k v', (..., T, K, K) and K, V."""
    k, v = m.write
    K = k.shape[-1]
    one = np.eye(K, dtype=bool)
    decay = zeros(k.shape, k) + (1 if m.decay is None else m.decay)
    A = np.where(one, decay[..., None], zeros((1,), k))
    if m.erase is not None:
        A = A + bind(*m.erase)
    return A, bind(k, v)
