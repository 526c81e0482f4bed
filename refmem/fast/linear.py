"""Rules that are linear in their state: their transitions, some tokens at a time, to the kernel.

What a rule makes of its inputs (u, w, beta v, ...) exists for a segment of tokens at a time, so a
call needs little beyond its inputs and outputs however long it is.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from refmem.algebra import recall
from refmem.fast.compiling import call
from refmem.fast.kernels import run_tokens
from refmem.fast.lanes import width
from refmem.fast.sharing import Map, groups, require_memory, threads
from refmem.memory import StateRule, Transition
from refmem.signature import Inputs

FEWEST = 32
"""Tokens of a segment below which making its transition costs more than running it."""

WORTH_A_CALL = 2**14
"""Entries of states below which calling a kernel costs more than running it."""


def run(rule: StateRule, x: Inputs, S: Any, keep: bool) -> tuple[np.ndarray, Any, Any]:
    """Outputs, the last state, and with `keep` the state after every token."""
    if not x.lead:
        out, S, states = run(rule, x.broadcast((1,)), S[None], keep)
        return out[0], S[0], states[0] if keep else None
    sizes = (*x.lead, x.T, x.V), (*x.lead, x.T, *S.shape[-2:])
    require_memory(rule.name, S, *sizes[: 1 + keep])
    out = np.empty(sizes[0], S.dtype)
    states = np.empty(sizes[1], S.dtype) if keep else None
    with threads(x.T * S.size) as (count, shared):
        tokens = 1 if keep else _segment(S, count)
        once = max(1, S.shape[-2] * S.shape[-1] * min(x.T, tokens))
        heads = list(groups(x.lead, 1 + WORTH_A_CALL // once))
        columns = shared if len(heads) < count else None

        def of_heads(index: tuple[Any, ...]) -> None:
            part = Inputs(
                {name: array[index] for name, array in x.arrays.items()},
                x.axes, x.sizes, S[index].shape[:1], x.options,
            )  # fmt: skip
            for start in range(0, x.T, tokens):
                stop = min(start + tokens, x.T)
                run_segment(
                    rule, part.tokens(start, stop), S[index], out[index][:, start:stop], columns
                )
                if states is not None:
                    states[index][:, start] = S[index]

        if columns is None:
            shared(of_heads, heads)
        else:
            for index in heads:
                of_heads(index)
    return out, S, states


def _segment(S: np.ndarray, threads: int) -> int:
    """Tokens a segment: five arrays of keys for each, in every thread, fill two states a head."""
    heads = math.prod(S.shape[:-2])
    return max(FEWEST, 2 * heads * S.shape[-1] // (5 * threads))


def run_segment(
    rule: StateRule, x: Inputs, S: np.ndarray, out: np.ndarray, columns: Map | None
) -> None:
    """Some tokens of some heads; S and out are written, by `columns` over their blocks if given."""
    assert rule.transition is not None
    m = rule.transition(**x.arguments)
    if m.micro == 1 and m.finish is None:
        run_transition(m, S, out, columns=columns)
        return
    read = np.empty((*S.shape[:1], m.read.shape[-2], S.shape[-1]), S.dtype)
    run_transition(m, S, read, columns=columns)
    out[...] = m.finished(read)[:, m.micro - 1 :: m.micro]


def run_transition(
    m: Transition,
    S: np.ndarray,
    out: np.ndarray,
    asked: np.ndarray | None = None,
    columns: Map | None = None,
) -> None:
    """Write what T tokens of H heads read, and recall, to out and asked (H, T, V), and S (H, K, V).

    A read before the write is a read after the write before, so the kernel has only the latter.
    """
    k, v = (_rows(x, S) for x in m.write)
    u, w = (None, None) if m.erase is None else (_rows(x, S) for x in m.erase)
    q, decay = _rows(m.read, S), m.decay
    if decay is not None and not m.columns:
        decay = np.broadcast_to(decay, k.shape)
    read = out
    if m.before and m.read.shape[-2]:
        out[:, 0] = recall(S, q[:, 0])
        q = np.concatenate([q[:, 1:], np.zeros_like(q[:, :1])], axis=1)
        read = np.empty(out.shape, out.dtype)

    def of_columns(part: slice) -> None:
        fade = decay[..., part] if m.columns and decay is not None else decay
        into = S[..., part], read[..., part], None if asked is None else asked[..., part]
        call(run_tokens, q, k, v[..., part], fade, None if m.corrects else u, w, into=into)

    if columns is None:
        of_columns(slice(None))
    else:
        lanes = width(S)
        columns(of_columns, [slice(j, j + lanes) for j in range(0, S.shape[-1], lanes)])
    if read is not out:
        out[:, 1:] = read[:, :-1]
    if m.bonus is not None:
        out += m.bonus


def _rows(x: np.ndarray, S: np.ndarray) -> np.ndarray:
    """An array of a transition with the heads of the state."""
    shape = S.shape[:1] + x.shape[-2:]
    return x if x.shape == shape else np.broadcast_to(x, shape)
