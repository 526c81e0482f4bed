"""The adjoint of a memory is a memory.

Let L be any number made from the outputs and the last state, and G[t] the part of dL/dS[t] that is
due to the tokens after t. A token that reads before it writes takes the memory forward by

    S[t]   = decay[t] * S[t-1] + bind(u[t], recall(S[t-1], w[t])) + bind(k[t], v[t])
    o[t]   = recall(S[t-1], q[t])

and its adjoint takes G backward by the same transition, u exchanged with w and the write with the
read:

    G[t-1] = decay[t] * G[t] + bind(w[t], recall(G[t], u[t])) + bind(q[t], dL/do[t])
    dL/dv  = recall(G[t], k[t])

So one form runs both. The derivatives of a block of tokens are six products of the states that both
leave. A read after the write becomes a read before it: q[t] reads S[t] as decay * q + w (u . q)
reads S[t-1], plus the token's own write. Only the state before each block is kept, and the block is
run again from there: T/c + c states for blocks of c tokens.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from refmem.algebra import bind, dot, recall, transposed
from refmem.derivative.tape import pull, traced, values
from refmem.forms import parallel, scan
from refmem.forms.columns import join_columns, split_columns
from refmem.forms.form import Linear
from refmem.forms.micro import last_steps
from refmem.forms.reads import before_each
from refmem.grammar.inputs import Inputs
from refmem.grammar.transition import Transition

BlockForm = Callable[[Transition, np.ndarray, bool], tuple[np.ndarray, np.ndarray, Any]]


def run_recurrent(m: Transition, S: np.ndarray, keep: bool) -> tuple[np.ndarray, np.ndarray, Any]:
    """One token after another: outputs, the last state, and the state after every token."""
    outs, states = [], []
    for t in range(m.read.shape[-2]):
        S, out = m.step(S, t)
        outs.append(out)
        states.append(S)
    return np.stack(outs, axis=-2), S, np.stack(states, axis=-3) if keep else None


FORMS: dict[str, BlockForm] = {
    "recurrent": run_recurrent,
    "parallel": parallel.run_transition,
    "chunked": parallel.run_transition,
    "scan": lambda m, S, keep: scan.run_transition(m, S),
}
"""How a memory, and so its adjoint, runs over a block of tokens."""


def exchanged(m: Transition, dout: np.ndarray) -> Transition:
    """The adjoint of tokens that read: theirs in reverse, the write and the read exchanged."""
    q, (k, _) = m.read, m.write
    if not m.before:
        q = q if m.decay is None else m.decay * m.read
        if m.erase is not None:
            u, w = m.erase
            q = q + w * dot(u, m.read)[..., None]
    erase = None if m.erase is None else m.erase[::-1]
    adjoint = Transition(read=k, write=(q, dout), decay=m.decay, erase=erase, before=True)
    return each_array(lambda x: x[..., ::-1, :], adjoint)


def pull_block(
    m: Transition, S: np.ndarray, dout: np.ndarray, G: np.ndarray, run: BlockForm
) -> tuple[Transition, np.ndarray]:
    """Derivatives by a block's transition and by the state before it, from those by its outputs
    and by the state after it."""
    _, _, states = run(m, S, True)
    _, dS, costates = run(exchanged(m, dout), G, True)
    S, G = before_each(S, states), before_each(G, costates)[..., ::-1, :, :]
    seen = S if m.before else states
    if not m.before:
        G = G + bind(m.read, dout)
    k, v = m.write
    decay = erase = None
    if m.decay is not None:
        decay = (G * S).sum(-1)
        if m.decay.shape[-1] == 1:
            decay = decay.sum(-1, keepdims=True)
    if m.erase is not None:
        u, w = m.erase
        erase = recall(transposed(G), recall(S, w)), recall(transposed(S), recall(G, u))
    bonus = None if m.bonus is None else dout
    write = recall(transposed(G), v), recall(G, k)
    read = recall(transposed(seen), dout)
    return m._replace(read=read, write=write, decay=decay, erase=erase, bonus=bonus), dS


class Adjoint:
    """A linear rule run forward in blocks, to be pulled back: S is kept at their starts only.

    out    outputs (..., T, V)
    state  the last state
    """

    def __init__(self, rule: Linear, x: Inputs, S: Any, chunk: int, form: str) -> None:
        assert rule.transition is not None
        self.form, self.m = form, rule.transition(**x.arguments)
        self.columns, self.S = split_columns(self.m, S)
        m, S = values((self.columns._replace(finish=None, micro=1), self.S))
        out, S = self.run_tokens(m, S, m.read.shape[-2] if form == "parallel" else chunk)
        read, self.state, _ = join_columns(self.m, out, S, None)
        self.read = traced(read)
        self.end, _, _ = last_steps(self.m, self.m.finished(self.read), self.state, None)
        self.out = values(self.end)

    def pull(self, dout: np.ndarray, dS: np.ndarray) -> tuple[Any, Any]:
        """The transition's arrays and the first memory, and the derivatives by them."""
        dread = pull(self.end, dout, self.read)
        (_, dread), (_, dS) = split_columns(self.m, dread), split_columns(self.m, dS)
        by_m, dS = self.pull_tokens(dread, dS)
        return (self.columns, self.S, self.end), (by_m, dS, dout)

    def run_tokens(self, m: Transition, S: np.ndarray, chunk: int) -> tuple[np.ndarray, np.ndarray]:
        """What all tokens read, and the state after the last."""
        self.blocks, outs = [], []
        for start in range(0, m.read.shape[-2], chunk):
            part = slice(start, start + chunk)
            block = each_array(lambda a, part=part: a[..., part, :], m)
            self.blocks.append((part, block, S))
            out, S, _ = FORMS[self.form](block, S, False)
            outs.append(out)
        return np.concatenate(outs, axis=-2), S

    def pull_tokens(self, dread: np.ndarray, dS: np.ndarray) -> tuple[Transition, np.ndarray]:
        """Derivatives by the arrays of a transition, each in the place of what it is by, and by
        the first state, from those by what was read and by the last state."""
        pulled = []
        for part, block, S in reversed(self.blocks):
            by_block, dS = pull_block(block, S, dread[..., part, :], dS, FORMS[self.form])
            pulled.append(by_block)
        return each_array(lambda *parts: np.concatenate(parts, axis=-2), *reversed(pulled)), dS


def each_array(function: Callable[..., np.ndarray], *ms: Transition) -> Transition:
    """A transition whose arrays are made from those of one or several others."""
    return Transition(*(_together(function, parts) for parts in zip(*ms, strict=True)))


def _together(function: Callable[..., np.ndarray], parts: tuple[Any, ...]) -> Any:
    if isinstance(parts[0], tuple):
        return tuple(_together(function, pair) for pair in zip(*parts, strict=True))
    return function(*parts) if isinstance(parts[0], np.ndarray) else parts[0]
