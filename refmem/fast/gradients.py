"""Derivatives of rules linear in their state: the adjoint of a memory is a memory.

Forward, the state is kept at every block's start, and what every token recalled. Backward, block by
block from the last,

    run_tokens   on the adjoint's transition (u exchanged with w, the write with the read, time
                 reversed) gives what has the width of a value: by v, and by what w recalled
    pull_keys    runs the block's states again, and gives what has the width of a key
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np

from refmem.algebra import recall, transposed
from refmem.fast.compiling import call
from refmem.fast.kernels import pull_keys
from refmem.fast.linear import WORTH_A_CALL, run_transition
from refmem.fast.sharing import threads
from refmem.forms import adjoint
from refmem.forms.adjoint import each_array
from refmem.memory import Transition


class Run(NamedTuple):
    """A run over heads H that can be pulled back: the states (blocks, H, K, V) before every block,
    what was read and what was recalled (H, T, V), and the last state."""

    before: np.ndarray
    out: np.ndarray
    asked: np.ndarray
    state: np.ndarray


class Adjoint(adjoint.Adjoint):
    """A linear rule run forward by the kernels, to be pulled back by them."""

    def run_tokens(self, m: Transition, S: np.ndarray, chunk: int) -> tuple[np.ndarray, np.ndarray]:
        """What all tokens read, and the state after the last."""
        self.lead, self.chunk = S.shape[:-2], chunk
        self.heads = each_array(self._one_axis, m)
        self.taken = run(self.heads, self._one_axis(S), chunk)
        return self._every_axis(self.taken.out), self._every_axis(self.taken.state)

    def pull_tokens(self, dread: np.ndarray, dS: np.ndarray) -> tuple[Transition, np.ndarray]:
        """Derivatives by the transition's arrays, each in its place, and by the first state."""
        dread, dS = self._one_axis(dread), self._one_axis(dS)
        grads, by_first = pull(self.heads, self.taken, dread, dS, self.chunk)
        return each_array(self._every_axis, grads), self._every_axis(by_first)

    def _one_axis(self, x: np.ndarray) -> np.ndarray:
        shape = x.shape[-2:]
        return np.broadcast_to(x, self.lead + shape).reshape((math.prod(self.lead), *shape))

    def _every_axis(self, x: np.ndarray) -> np.ndarray:
        return x.reshape(self.lead + x.shape[-2:])


def run(m: Transition, S: np.ndarray, chunk: int) -> Run:
    """Run T tokens of H heads from S (H, K, V), in blocks of `chunk` tokens."""
    T, (heads, K, V) = m.read.shape[-2], S.shape
    state, blocks = S.copy(), range(0, T, chunk)
    before = np.empty((len(blocks), *S.shape), S.dtype)
    out, asked = np.empty((heads, T, V), S.dtype), np.empty((heads, T, V), S.dtype)

    def of_heads(h: slice) -> None:
        for n, start in enumerate(blocks):
            t = slice(start, start + chunk)
            before[n, h] = state[h]
            recalled = None if m.erase is None else asked[h, t]
            run_transition(_block(m, h, t), state[h], out[h, t], recalled)

    with threads(T * S.size) as (_, shared):
        shared(of_heads, _groups(heads, K * V))
    return Run(before, out, asked, state)


def pull(
    m: Transition, taken: Run, dout: np.ndarray, dS: np.ndarray, chunk: int
) -> tuple[Transition, np.ndarray]:
    """Derivatives by the transition's arrays, each in its place, and by the first state."""
    heads, K, V = dS.shape
    T, G = dout.shape[-2], dS.copy()
    grads = each_array(lambda x: np.empty(x.shape, dS.dtype), m)

    def of_heads(h: slice) -> None:
        for n, start in reversed(list(enumerate(range(0, T, chunk)))):
            t = slice(start, start + chunk)
            block, into = _block(m, h, t), _block(grads, h, t)
            G[h] = pull_block(block, taken.before[n, h], taken.asked[h, t], dout[h, t], G[h], into)

    with threads(4 * T * G.size) as (_, shared):
        shared(of_heads, _groups(heads, K * V))
    return grads, G


def pull_block(
    m: Transition,
    S: np.ndarray,
    asked: np.ndarray,
    dout: np.ndarray,
    G: np.ndarray,
    into: Transition,
) -> np.ndarray:
    """Write a block's derivatives `into` place and return that by the state S before it; G is the
    derivative by the state after it."""
    u, w = m.erase or (None, None)
    before, (heads, T, V) = G.copy(), dout.shape
    by_value, by_recalled = (np.empty((heads, T + 1, V), S.dtype) for _ in range(2))
    run_transition(_reversed(m, dout), before, by_value, None if u is None else by_recalled)
    into.write[1][...] = by_value[:, -2::-1]
    if into.bonus is not None:
        into.bonus[...] = dout
    q, by_first = m.read, None
    if m.before:
        by_first = recall(transposed(S), dout[:, 0])
        q, dout = _following(q), _following(dout)
    k, v = m.write
    decay, ddecay = m.decay, into.decay
    if decay is not None:
        decay, ddecay = np.broadcast_to(decay, k.shape), np.empty(k.shape, S.dtype)
    recalled = (None, None) if u is None else (asked, by_recalled[:, :0:-1])
    read = q, k, v, decay, u, w, recalled[0], dout, recalled[1], transposed(S), transposed(G)
    call(pull_keys, *read, into=(into.read, into.write[0], ddecay, *(into.erase or (None, None))))
    if ddecay is not None and m.decay is not None and into.decay is not None:
        into.decay[...] = ddecay if m.decay.shape[-1] > 1 else ddecay.sum(-1, keepdims=True)
    if by_first is not None:
        into.read[...] = np.concatenate([by_first[:, None], into.read[:, :-1]], axis=1)
    return before


def _reversed(m: Transition, dout: np.ndarray) -> Transition:
    """The adjoint's tokens: the memory's from the last to the first, and one more.

    What a token does to the derivative by its state comes after its read, and before the read of
    the token before it; so the former starts with a token that does nothing, the latter ends so.
    """

    def late(x: np.ndarray, fill: int = 0) -> np.ndarray:
        return np.concatenate([np.full_like(x[:, :1], fill), x[:, ::-1]], axis=1)

    def early(x: np.ndarray) -> np.ndarray:
        return np.concatenate([x[:, ::-1], np.zeros_like(x[:, :1])], axis=1)

    read = late if m.before else early
    return Transition(
        read=early(m.write[0]),
        write=(read(m.read), read(dout)),
        decay=None if m.decay is None else late(m.decay, 1),
        erase=None if m.erase is None else (late(m.erase[1]), late(m.erase[0])),
    )


def _following(x: np.ndarray) -> np.ndarray:
    return np.concatenate([x[:, 1:], np.zeros_like(x[:, :1])], axis=1)


def _block(m: Transition, heads: slice, tokens: slice) -> Transition:
    return each_array(lambda x: x[heads, tokens], m)


def _groups(heads: int, entries: int) -> list[slice]:
    """Heads in groups for each of which one call of a kernel is worth its cost."""
    size = max(1, WORTH_A_CALL // max(entries, 1))
    return [slice(start, start + size) for start in range(0, heads, size)]
