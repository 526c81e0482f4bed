"""Rules that are linear in their state: their transitions, some tokens at a time, to the kernel.

What a rule makes of its inputs (u, w, beta v, ...) exists for a segment of tokens at a time, so a
call needs little beyond its inputs and outputs however long it is.
"""

from __future__ import annotations

import math
from typing import Any

import numba
import numpy as np

from refmem.algebra import recall
from refmem.derivative.tape import leaves
from refmem.forms.compiled.border import call
from refmem.forms.compiled.loops import run_tokens
from refmem.forms.compiled.products import Product, apart
from refmem.forms.compiled.sharing import Map, groups, one_by_one, require_memory, threads
from refmem.forms.form import Linear
from refmem.grammar.inputs import Inputs
from refmem.grammar.transition import Transition

FEWEST = 32
"""Tokens of a segment below which making its transition costs more than running it."""

WORTH_A_CALL = 2**14
"""Entries of states below which calling a kernel costs more than running it."""


def run(
    rule: Linear, x: Inputs, S: Any, every: int | None
) -> tuple[np.ndarray, Any, np.ndarray | None]:
    """Outputs, the last state, and the state after every so many tokens and after the last, along
    an axis before the state's own. S is used up."""
    if not x.lead:
        out, S, states = run(rule, x.broadcast((1,)), S[None], every)
        return out[0], S[0], None if states is None else states[0]
    sizes = (*x.lead, x.T, x.V), (*x.lead, -(-x.T // (every or x.T or 1)), *S.shape[-2:])
    require_memory(rule.name, S, *sizes[: 1 if every is None else 2])
    out = np.empty(sizes[0], S.dtype)
    states = None if every is None else np.empty(sizes[1], S.dtype)
    tokens = every or _segment(rule, x, S)
    with threads(x.T * S.size, tokens * math.prod(S.shape[-2:])) as (count, shared):
        heads = head_groups(x, S, tokens, WORTH_A_CALL, count)
        columns = shared if len(heads) < count else None

        def of_heads(index: tuple[Any, ...]) -> None:
            part = heads_of(x, index)
            for n, start in enumerate(range(0, x.T, tokens)):
                stop = min(start + tokens, x.T)
                run_segment(
                    rule, part.tokens(start, stop), S[index], out[index][:, start:stop], columns
                )
                if states is not None:
                    states[index][:, n] = S[index]

        (one_by_one if columns else shared)(of_heads, heads)
    return out, S, states


def head_groups(
    x: Inputs, S: np.ndarray, tokens: int, worth: int, count: int
) -> list[tuple[Any, ...]]:
    """Indices of heads, so many at once that a segment of them has at least `worth` entries; and as
    many groups as `count` threads share evenly, if there are heads enough."""
    once = max(1, S.shape[-2] * S.shape[-1] * min(x.T, tokens))
    heads, size = x.lead[-1], -(-worth // once)
    turns = heads // (size * count)
    if turns:
        size = -(-heads // (turns * count))
    return list(groups(x.lead, size))


def heads_of(x: Inputs, index: tuple[Any, ...]) -> Inputs:
    """The inputs of a group of heads, along one axis."""
    arrays = {name: array[index] for name, array in x.arrays.items()}
    return Inputs(arrays, x.axes, x.sizes, x.like[index].shape[:1], x.options)


def _segment(rule: Linear, x: Inputs, S: np.ndarray) -> int:
    """Tokens a segment, an even number: what all threads together make of them fills one state a
    head."""
    if not (x.T and S.size):
        return 1
    first = heads_of(x, next(groups(x.lead, 1))).tokens(0, 1)
    m, given = transition_of(rule, first), list(first.arrays.values())
    parts = leaves([apart(part) for part in leaves(m)])
    made = [a for a in parts if isinstance(a, np.ndarray)]
    entries = sum(a.size for a in made if not any(np.may_share_memory(a, b) for b in given))
    if m.before:
        entries += m.read.size + m.write[1].size
    if m.micro > 1 or m.finish:
        entries += m.write[1].size
    room = S.size // numba.get_num_threads()
    return max(FEWEST, room // entries // 2 * 2) if entries else x.T


def run_segment(
    rule: Linear, x: Inputs, S: np.ndarray, out: np.ndarray, columns: Map | None
) -> None:
    """Some tokens of some heads; S and out are written, by `columns` over their blocks if given."""
    m = transition_of(rule, x)
    if m.micro == 1 and m.finish is None:
        run_transition(rule.name, m, S, out, columns=columns)
        return
    read = np.empty((out.shape[0], m.micro * out.shape[1], S.shape[-1]), S.dtype)
    run_transition(rule.name, m, S, read, columns=columns)
    out[...] = m.finished(read)[:, m.micro - 1 :: m.micro]


def transition_of(rule: Linear, x: Inputs) -> Transition:
    """What some tokens do to the memory, with keys times numbers not multiplied out."""
    assert rule.transition is not None
    keys = {n: Product(a) for n, a in x.arrays.items() if x.axes[n] == ("T", "K")}
    return rule.transition(**(x.arguments | keys))


def run_transition(
    rule: str,
    m: Transition,
    S: np.ndarray,
    out: np.ndarray | None,
    asked: np.ndarray | None = None,
    kept: np.ndarray | None = None,
    columns: Map | None = None,
) -> None:
    """Write what T tokens of H heads read, and recall, to out and asked (H, T, V), and S (H, K, V);
    and the state before every block of tokens to kept (H, blocks, K, V).

    A read before the write is a read after the write before, so the kernel has only the latter.
    """
    (key, strength), value = apart(m.write[0]), m.write[1]
    add, (ask, share) = (None, apart(None)) if m.erase is None else (m.erase[0], apart(m.erase[1]))
    q, k, v, u, w = (
        None if x is None else _for_heads(np.asarray(x), S)
        for x in (None if out is None else m.read, key, value, None if m.corrects else add, ask)
    )
    decay = decay_of(m, S)
    read = out
    if m.before and q is not None and out is not None and q.shape[1]:
        out[:, 0] = recall(S, q[:, 0])
        q = following(q)
        read = np.empty(out.shape, out.dtype)

    arrays = q, k, strength, v, decay, u, w, share
    call(rule, run_tokens, *arrays, into=(S, read, asked, kept), shared=columns)
    if out is None or read is None:
        return
    if read is not out:
        out[:, 1:] = read[:, :-1]
    if m.bonus is not None:
        out += m.bonus


def following(x: np.ndarray) -> np.ndarray:
    """What every token's following token has (H, T, ...), and zeros for the last."""
    return np.concatenate([x[:, 1:], np.zeros_like(x[:, :1])], axis=1)


def decay_of(m: Transition, S: np.ndarray) -> np.ndarray | None:
    """A transition's decay as loops take it: (H, T), (H, T, K), or with columns (H, T, K, V)."""
    if m.decay is None:
        return None
    if m.columns:
        decay = _for_heads(m.decay, S, axes=3)
        rows = S.shape[-2] if decay.shape[-2] == 1 else decay.shape[-2]
        return _broadcast(decay, (*decay.shape[:-2], rows, decay.shape[-1]))
    if m.decay.shape[-1] == 1:
        return _for_heads(m.decay[..., 0], S, axes=1)
    return _for_heads(np.asarray(m.decay), S, axes=2)


def _for_heads(x: np.ndarray, S: np.ndarray, axes: int = 2) -> np.ndarray:
    """An array of a transition, the same for all heads of the state where it has no more than one;
    with other heads than the state's, which `call` refuses, it stays as it is."""
    split = x.ndim - axes
    return _broadcast(x, S.shape[:1] + x.shape[split:]) if x.shape[:split] in ((), (1,)) else x


def _broadcast(x: np.ndarray, shape: tuple[int, ...]) -> np.ndarray:
    return x if x.shape == shape else np.broadcast_to(x, shape)
