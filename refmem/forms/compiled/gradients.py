"""Derivatives of rules linear in their state: the adjoint of a memory is a memory.

Forward, the state is kept after every segment of tokens and nothing else is. Backward, segment by
segment from the last, the segment's transition is made, and

    run_tokens   runs it again, with the state kept at every block's start;
    run_tokens   on the adjoint's transition (u exchanged with w, the write with the read, time
                 reversed) gives what has the width of a value: by v, and by what w recalled;
    pull_keys    runs each block's states once more, and gives what has the width of a key.

Then the tape carries derivatives by the segment's transition to the inputs it was made from.
"""

from __future__ import annotations

import math
from typing import Any, NamedTuple

import numpy as np

from refmem.algebra import bind, recall, transposed
from refmem.derivative.tape import pull, traced, values
from refmem.forms.adjoint import each_array
from refmem.forms.columns import join_columns, split_columns
from refmem.forms.compiled import linear
from refmem.forms.compiled.border import call
from refmem.forms.compiled.linear import (
    decay_of,
    following,
    head_groups,
    heads_of,
    run_transition,
)
from refmem.forms.compiled.loops import pull_keys
from refmem.forms.compiled.sharing import Map, one_by_one, require_memory, threads
from refmem.forms.form import Linear
from refmem.forms.micro import last_steps
from refmem.forms.taped import plain, spans
from refmem.grammar.inputs import Inputs
from refmem.grammar.transition import Transition

BLOCKS = 8
"""Blocks a segment. As many states are made again for a head at work; a head keeps one for each."""


WORTH_A_TAPE = 2**22
"""Entries of states below which taping a segment costs more than running it."""


class Adjoint:
    """A linear rule run forward by the kernels, to be pulled back by them.

    out    outputs (..., T, V)
    state  the last state
    """

    def __init__(self, rule: Linear, x: Inputs, S: Any, chunk: int) -> None:
        self.rule, self.chunk, self.traced = rule, chunk, (x.arrays, S)
        self.one_head = not x.lead
        x, S = plain(x), values(S)
        self.x, self.first = (x.broadcast((1,)), S[None]) if self.one_head else (x, S)
        self.spans = spans(x, BLOCKS * chunk)
        kept = (*self.x.lead, len(self.spans), *S.shape[-2:])
        returned = [array.shape for array in self.x.arrays.values()]
        require_memory(rule.name, S, (*self.x.lead, x.T, x.V), kept, *returned, *returned)
        ran = linear.run(rule, self.x, self.first.copy(), BLOCKS * chunk)
        self.out: Any
        self.out, self.state, self.after = ran
        if self.one_head:
            self.out, self.state = self.out[0], self.state[0]

    def pull(self, dout: np.ndarray, dS: np.ndarray) -> tuple[Any, Any]:
        """The arrays of the call and its first memory, and the derivatives by them; outputs are
        given up, which are as large as one of these."""
        self.out = None
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


class Part(NamedTuple):
    """Rows of a transition of H heads in N blocks of one length, run forward.

    rows   where they are
    kept   (H, N, K, V)   the state before each block
    asked  (H, T, V)      what w recalled
    """

    rows: slice
    m: Transition
    kept: np.ndarray
    asked: np.ndarray | None


class Segment:
    """Some tokens of some heads, run forward so as to be pulled back."""

    def __init__(
        self, rule: Linear, x: Inputs, S: np.ndarray, chunk: int, columns: Map | None
    ) -> None:
        self.name, self.arrays, self.columns = rule.name, traced(x.arrays), columns
        assert rule.transition is not None
        self.m = rule.transition(**x.replace(**self.arrays).arguments)
        self.split, S = split_columns(self.m, S)
        self.lead = S.shape[:-2]
        m = each_array(self._one_axis, values(self.split._replace(finish=None, micro=1)))
        S = self._one_axis(S).copy()
        shape = (S.shape[0], m.read.shape[-2], S.shape[-1])
        read = np.empty(shape, S.dtype) if self.m.finish else np.broadcast_to(S.dtype.type(), shape)
        self.parts, whole = [], shape[1] - shape[1] % chunk
        for rows, length in ((slice(0, whole), chunk), (slice(whole, shape[1]), shape[1] - whole)):
            if rows.start != rows.stop:
                self.parts.append(run_part(rule.name, m, rows, length, S, read, columns))
        self.read = traced(
            join_columns(self.m, self._every_axis(read), self._every_axis(S), None)[0]
        )
        self.end, *_ = last_steps(self.m, self.m.finished(self.read), S, None)

    def pull(self, dout: np.ndarray, G: np.ndarray, dx: Inputs) -> np.ndarray:
        """Write derivatives to dx, or add them to those of what all tokens share, and return that
        by the first state; G is that by the last."""
        (_, dread), (_, G) = (
            split_columns(self.m, d) for d in (pull(self.end, dout, self.read), G)
        )
        dread, G = self._one_axis(dread), self._one_axis(G)
        split = self.split
        if split.corrects and split.erase is not None:
            split = split._replace(erase=(None, split.erase[1]))  # type: ignore[arg-type]
        grads = each_array(lambda x: np.empty(self.lead + x.shape[-2:], G.dtype), values(split))
        flat = each_array(self._one_axis, grads)
        for part in reversed(self.parts):
            into = each_array(lambda x, rows=part.rows: x[:, rows], flat)
            G = pull_part(self.name, part, dread[:, part.rows], G, into, self.columns)
        by_name = pull((split, self.end), (grads, dout), self.arrays)
        for name, total in dx.arrays.items():
            if dx.has_time(name):
                total[...] = by_name[name]
            else:
                total += by_name[name]
        return transposed(self._every_axis(G)[..., 0]) if self.m.columns else G

    def _one_axis(self, x: np.ndarray) -> np.ndarray:
        if x.shape[:-2] != self.lead:
            x = np.broadcast_to(x, self.lead + x.shape[-2:])
        return x.reshape((math.prod(self.lead), *x.shape[-2:]))

    def _every_axis(self, x: np.ndarray) -> np.ndarray:
        return x.reshape(self.lead + x.shape[-2:])


def run_part(
    rule: str,
    m: Transition,
    rows: slice,
    length: int,
    S: np.ndarray,
    read: np.ndarray,
    columns: Map | None,
) -> Part:
    """Run some rows in blocks of one length; S is carried on, and what is read written if it can
    be."""
    m = each_array(lambda x: x[:, rows], m)
    heads, T = S.shape[0], m.read.shape[1]
    kept = np.empty((heads, T // length, *S.shape[1:]), S.dtype)
    asked = None if m.erase is None else np.empty((heads, T, S.shape[-1]), S.dtype)
    out = read[:, rows] if read.flags.writeable else None
    run_transition(rule, m, S, out, asked, kept, columns)
    return Part(rows, m, kept, asked)


def pull_part(
    rule: str, part: Part, dout: np.ndarray, G: np.ndarray, into: Transition, columns: Map | None
) -> np.ndarray:
    """Write a part's derivatives `into` place and return that by the state before it; G is the
    derivative by the state after it."""
    _, m, kept, asked = part
    if into.bonus is not None:
        into.bonus[...] = dout
    q, first, by_first = m.read, None, None
    if m.before:
        first, by_first = bind(q[:, 0], dout[:, 0]), recall(transposed(kept[:, 0]), dout[:, 0])
        q, dout = following(q), following(dout)
    m = m._replace(read=q)
    by_value, by_asked, costates, G = pull_values(rule, m, dout, G, kept, columns)
    into.write[1][...] = by_value
    pull_blocks(rule, m, kept, asked, dout, by_asked, costates, into, columns)
    if by_first is not None:
        into.read[...] = np.concatenate([by_first[:, None], into.read[:, :-1]], axis=1)
        G += first
    return G


def pull_values(
    rule: str, m: Transition, dout: np.ndarray, G: np.ndarray, kept: np.ndarray, columns: Map | None
) -> tuple[np.ndarray, np.ndarray | None, np.ndarray, np.ndarray]:
    """The adjoint: derivatives by v and by what w recalled (H, T, V), those by the state after each
    block and its last read (H, N, K, V), and that by the first state.

    What a token does to the derivative by its state comes after its own read, and before the read
    of the token before it. So the last read stands alone, and so does the first token.
    """
    (k, _), q, T = m.write, m.read, dout.shape[1]
    G = G + bind(q[:, -1], dout[:, -1])
    by_value = np.empty(dout.shape, G.dtype)
    by_asked = None if m.erase is None else np.empty(dout.shape, G.dtype)
    by_value[:, -1] = recall(G, k[:, -1])
    costates = np.empty(kept.shape, G.dtype)
    adjoint = Transition(
        read=k[:, -2::-1],
        write=(q[:, -2::-1], dout[:, -2::-1]),
        decay=None if m.decay is None else m.decay[:, :0:-1],
        erase=None if m.erase is None else (m.erase[1][:, :0:-1], m.erase[0][:, :0:-1]),
    )
    # what u = -k recalls is less what k does: no need to recall both
    out = None if m.corrects else by_value[:, -2::-1]
    asked = None if by_asked is None else by_asked[:, :0:-1]
    run_transition(rule, adjoint, G, out, asked, costates, columns)
    if costates.shape[1] >= T:  # blocks of one token: the last begins where the run ends
        costates[:, -1] = G
    before = G if m.decay is None else m.decay[:, 0, :, None] * G
    if m.erase is not None and by_asked is not None:
        u, w = m.erase
        by_asked[:, 0] = recall(G, u[:, 0])
        before = before + bind(w[:, 0], by_asked[:, 0])
        if m.corrects:
            np.negative(by_asked, out=by_value)
    return by_value, by_asked, costates[:, ::-1], before


def pull_blocks(
    rule: str,
    m: Transition,
    kept: np.ndarray,
    asked: np.ndarray | None,
    dout: np.ndarray,
    by_asked: np.ndarray | None,
    costates: np.ndarray,
    into: Transition,
    columns: Map | None,
) -> None:
    """Derivatives by what has the width of a key, of all blocks of a head at once."""
    (k, v), (u, w) = m.write, m.erase or (None, None)
    du, dw = into.erase or (None, None)
    if m.corrects and asked is not None:
        # all that k writes is v - asked, and the derivative by k covers that by u = -k
        v, u, asked = np.subtract(v, asked, out=asked), None, None
    decay = decay_of(m, kept[:, 0])
    ddecay = None if decay is None else np.empty(k.shape, kept.dtype)

    def blocks(x: np.ndarray | None) -> np.ndarray | None:
        return None if x is None else x.reshape(*kept.shape[:2], -1, *x.shape[2:])

    of_keys = (blocks(x) for x in (into.read, into.write[0], ddecay, du, dw))
    call(
        rule, pull_keys, blocks(m.read), blocks(k), blocks(v), blocks(decay), blocks(u), blocks(w),
        blocks(asked), blocks(dout), blocks(by_asked), kept, costates,
        into=tuple(of_keys), shared=columns,
    )  # fmt: skip
    if ddecay is not None and m.decay is not None and into.decay is not None:
        into.decay[...] = ddecay if m.decay.shape[-1] > 1 else ddecay.sum(-1, keepdims=True)
