"""Derivatives of rules linear in their state: the adjoint of a memory is a memory.

Forward, the state is kept after every segment of tokens and nothing else is. Backward, segment by
segment from the last, the segment's transition is made and run again, with its state kept at every
block's start; and block by block from the last,

    run_tokens   on the adjoint's transition (u exchanged with w, the write with the read, time
                 reversed) gives what has the width of a value: by v, and by what w recalled
    pull_keys    runs the block's states again, and gives what has the width of a key

Then the tape carries derivatives by the segment's transition to the inputs it was made from.
"""

from __future__ import annotations

import math
from typing import Any, NamedTuple

import numpy as np

from refmem.algebra import recall, transposed
from refmem.derivative.calls import plain, spans
from refmem.derivative.tape import pull, traced, values
from refmem.fast import linear
from refmem.fast.compiling import call
from refmem.fast.kernels import pull_keys
from refmem.fast.linear import head_groups, heads_of, over_lanes, run_transition
from refmem.fast.sharing import Map, one_by_one, require_memory, threads
from refmem.forms.adjoint import each_array
from refmem.forms.columns import join_columns, split_columns
from refmem.forms.micro import last_steps
from refmem.memory import StateRule, Transition
from refmem.signature import Inputs

BLOCKS = 8
"""Blocks a segment. As many states are made again for a head at work; a head keeps one for each."""


WORTH_A_TAPE = 2**24
"""Entries of states below which taping a segment costs more than running it."""


class Adjoint:
    """A linear rule run forward by the kernels, to be pulled back by them.

    out    outputs (..., T, V)
    state  the last state
    """

    def __init__(self, rule: StateRule, x: Inputs, S: Any, chunk: int) -> None:
        self.rule, self.chunk, self.traced = rule, chunk, (x.arrays, S)
        self.one_head = not x.lead
        x, S = plain(x), values(S)
        self.x, self.first = (x.broadcast((1,)), S[None]) if self.one_head else (x, S)
        self.spans = spans(x, BLOCKS * chunk)
        kept = (*self.x.lead, len(self.spans), *S.shape[-2:])
        returned = [array.shape for array in self.x.arrays.values()]
        require_memory(rule.name, S, (*self.x.lead, x.T, x.V), kept, *returned, *returned)
        ran = linear.run(rule, self.x, self.first.copy(), BLOCKS * chunk)
        self.out, self.state, self.after = ran
        if self.one_head:
            self.out, self.state = self.out[0], self.state[0]

    def pull(self, dout: np.ndarray, dS: np.ndarray) -> tuple[Any, Any]:
        """The arrays of the call and its first memory, and the derivatives by them."""
        if self.one_head:
            dout, dS = dout[None], dS[None]
        dx = {name: np.zeros(array.shape, dS.dtype) for name, array in self.x.arrays.items()}
        into, G = self.x.replace(**dx), dS.copy()
        with threads(4 * self.x.T * G.size) as (count, shared):
            heads = head_groups(self.x, G, BLOCKS * self.chunk, WORTH_A_TAPE, count)
            columns = shared if len(heads) < count else None

            def of_heads(index: tuple[Any, ...]) -> None:
                G[index] = self._pull_heads(index, dout[index], G[index], into, columns)

            (one_by_one if columns else shared)(of_heads, heads)
        if self.one_head:
            return self.traced, ({name: array[0] for name, array in dx.items()}, G[0])
        return self.traced, (dx, G)

    def _pull_heads(
        self, index: Any, dout: np.ndarray, G: np.ndarray, dx: Inputs, columns: Map | None
    ) -> np.ndarray:
        """Write some heads' derivatives to dx, and return those by their first states."""
        assert self.after is not None
        x, dx, after = heads_of(self.x, index), heads_of(dx, index), self.after[index]
        for n, span in reversed(list(enumerate(self.spans))):
            S = after[:, n - 1] if n else self.first[index]
            tokens = x.tokens(span.start, span.stop)
            segment = Segment(self.rule, tokens, S, self.chunk, columns)
            G = segment.pull(dout[:, span], G, dx.tokens(span.start, span.stop))
        return G


class Block(NamedTuple):
    """Some rows of a transition of H heads, the state (H, K, V) before them, and what they asked
    (H, T, V)."""

    rows: slice
    m: Transition
    S: np.ndarray
    asked: np.ndarray


class Segment:
    """Some tokens of some heads, run forward so as to be pulled back."""

    def __init__(
        self, rule: StateRule, x: Inputs, S: np.ndarray, chunk: int, columns: Map | None
    ) -> None:
        self.arrays, self.columns = traced(x.arrays), columns
        assert rule.transition is not None
        self.m = rule.transition(**x.replace(**self.arrays).arguments)
        self.split, S = split_columns(self.m, S)
        self.lead = S.shape[:-2]
        m = each_array(self._one_axis, values(self.split._replace(finish=None, micro=1)))
        S = self._one_axis(S).copy()
        read, self.blocks = np.empty((*S.shape[:1], m.read.shape[-2], S.shape[-1]), S.dtype), []
        asked = np.empty(read.shape, S.dtype)
        for rows in (slice(t, t + chunk) for t in range(0, read.shape[-2], chunk)):
            part = each_array(lambda a, rows=rows: a[:, rows], m)
            self.blocks.append(Block(rows, part, S.copy(), asked[:, rows]))
            recalled = None if m.erase is None else asked[:, rows]
            run_transition(part, S, read[:, rows], recalled, columns)
        self.read = traced(
            join_columns(self.m, self._every_axis(read), self._every_axis(S), None)[0]
        )
        self.end, *_ = last_steps(self.m, self.m.finished(self.read), S, None)

    def pull(self, dout: np.ndarray, G: np.ndarray, dx: Inputs) -> np.ndarray:
        """Add derivatives to dx and return that by the first state; G is that by the last."""
        (_, dread), (_, G) = (
            split_columns(self.m, d) for d in (pull(self.end, dout, self.read), G)
        )
        dread, G = self._one_axis(dread), self._one_axis(G)
        grads = each_array(
            lambda x: np.empty(self.lead + x.shape[-2:], G.dtype), values(self.split)
        )
        flat = each_array(self._one_axis, grads)
        for block in reversed(self.blocks):
            into = each_array(lambda x, rows=block.rows: x[:, rows], flat)
            G = pull_block(block, dread[:, block.rows], G, into, self.columns)
        by_part = pull((self.split, self.end), (grads, dout), self.arrays)
        for name, total in dx.arrays.items():
            total[...] += by_part[name]
        return transposed(self._every_axis(G)[..., 0]) if self.m.columns else G

    def _one_axis(self, x: np.ndarray) -> np.ndarray:
        if x.shape[:-2] != self.lead:
            x = np.broadcast_to(x, self.lead + x.shape[-2:])
        return x.reshape((math.prod(self.lead), *x.shape[-2:]))

    def _every_axis(self, x: np.ndarray) -> np.ndarray:
        return x.reshape(self.lead + x.shape[-2:])


def pull_block(
    block: Block, dout: np.ndarray, G: np.ndarray, into: Transition, columns: Map | None
) -> np.ndarray:
    """Write a block's derivatives `into` place and return that by the state before it; G is the
    derivative by the state after it."""
    _, m, S, asked = block
    u, w = m.erase or (None, None)
    before, (heads, T, V) = G.copy(), dout.shape
    by_value, by_recalled = (np.empty((heads, T + 1, V), S.dtype) for _ in range(2))
    run_transition(
        _reversed(m, dout), before, by_value, None if u is None else by_recalled, columns
    )
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
    du, dw = into.erase or (None, None)
    dasked = None if u is None else by_recalled[:, :0:-1]
    written: tuple[Any, ...] = v, u, asked
    if m.corrects and du is not None:
        # u is -k, so all that k writes is v - asked, and the derivative by k covers that by u
        written = v - asked, None, None
        du[...], du = 0, None
    v, u, asked = written
    by_keys = into.read, into.write[0], ddecay, du, dw

    def of_keys(part: slice) -> None:
        q_, k_, decay_, u_, w_, *into_ = (
            None if x is None else x[..., part] for x in (q, k, decay, u, w, *by_keys)
        )
        call(
            pull_keys, q_, k_, v, decay_, u_, w_, asked, dout, dasked, S[:, part], G[:, part],
            into=tuple(into_),
        )  # fmt: skip

    over_lanes(of_keys, transposed(S), columns)
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
