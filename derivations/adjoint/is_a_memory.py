"""Claim: the adjoint of a memory is a memory: run backwards, u and w exchanged, write and read too.

    forward    S[t]   = diag(a) S[t-1] + u'(w S[t-1]) + k'v        o[t] = q S[t-1]
    backward   G[t-1] = diag(a) G[t]   + w'(u G[t])   + q'do       dv   = k G[t]

It is the same transition: erase (w, u) for (u, w), write (q, do) for (k, v), read k for q. A read
after the write is a read before it, by a q + (q u') w and of the token's own write.

Used by:  refmem.forms, refmem.delta, refmem.kda, refmem.generalized_delta
Source:   worked out here
Method:   matrices of symbolic size; then the shipped exchange, run by the shipped forward form.
"""

import numpy as np
import sympy as sp

import refmem
from refmem.forms import adjoint
from refmem.memory import Transition

from ..proving.statement import Equation
from ..proving.symbols import arguments, array

keys, values = sp.symbols("K V", integer=True, positive=True)
S, G = sp.MatrixSymbol("S", keys, values), sp.MatrixSymbol("G", keys, values)
q, u, w, k = (sp.MatrixSymbol(name, 1, keys) for name in "quwk")
v, do = sp.MatrixSymbol("v", 1, values), sp.MatrixSymbol("do", 1, values)
D = sp.MatrixSymbol("D", keys, keys)  # diag(a), so D' = D
A = D + u.T * w


def transposing_a_token_exchanges_what_it_erases_with():
    """(diag(a) + u'w)' = diag(a) + w'u."""
    yield Equation(A.T.doit().subs(D.T, D), D + w.T * u)


def what_a_memory_keeps_of_its_adjoint_is_what_the_adjoint_keeps_of_it():
    """tr G'(A S) = tr (A'G)'S: forward and backward are one bilinear form read from two ends."""
    yield Equation(G.T * (A * S), (A.T * G).T.doit() * S)


def what_was_written_is_what_is_read():
    """<G, k'v> = (k G) v' and <q'do, S> = (q S) do': writes of one are reads of the other."""
    i, j = sp.symbols("i j", integer=True, nonnegative=True)
    yield Equation((k[0, i] * v[0, j]) * G[i, j], (k[0, i] * G[i, j]) * v[0, j])
    yield Equation((q[0, i] * do[0, j]) * S[i, j], (q[0, i] * S[i, j]) * do[0, j])


def a_read_after_the_write_is_one_before_it():
    """q (A S + k'v) = (q D + (q u') w) S + (q k') v."""
    after = q * (A * S + k.T * v)
    yield Equation(after, (q * D + (q * u.T) * w) * S + (q * k.T) * v)


def shipped(rule):
    """The rule's transition of two symbolic tokens."""
    return rule.transition(**arguments(rule, T=2, K=2, V=1))


def exchanging_twice_is_the_memory_itself():
    """The shipped exchange, twice: reads q, writes (k, v), erases (u, w), in their first order."""
    m = shipped(refmem.generalized_delta)._replace(before=True)
    twice = adjoint.exchanged(adjoint.exchanged(m, array("do", (2, 1))), m.write[1][::-1])
    for one, other in ((twice.read, m.read), (twice.decay, m.decay)):
        yield Equation(one, other)
    for pair, wanted in ((twice.write, m.write), (twice.erase, m.erase)):
        for one, other in zip(pair, wanted, strict=True):
            yield Equation(one, other)


def the_exchanged_memory_run_forward_gives_the_gradients():
    """Three rules, T = 2: its last state is dS[0]; its reads, and those of own writes, are dv."""
    for rule in (refmem.generalized_delta, refmem.delta, refmem.kda):
        m = shipped(rule)
        start, dout, end = array("S", (2, 1)), array("do", (2, 1)), array("dS", (2, 1))
        out, last, _ = adjoint.run_recurrent(m, start, False)
        loss = (dout * out).sum() + (end * last).sum()
        backward: Transition = adjoint.exchanged(m, dout)
        reads, first, _ = adjoint.run_recurrent(backward, end, False)
        by_entry = np.vectorize(lambda x, loss=loss: sp.diff(loss, x), otypes=[object])
        yield Equation(first, by_entry(start))
        own_write = (m.read * m.write[0]).sum(-1, keepdims=True) * dout
        yield Equation(reads[::-1] + own_write, by_entry(m.write[1]))


def false_twin_that_runs_the_adjoint_forwards_in_time():
    """The same exchange without reversing the tokens does not end in dS[0]."""
    m = shipped(refmem.generalized_delta)
    start, dout, end = (array(name, (2, 1)) for name in ("S", "do", "dS"))
    out, last, _ = adjoint.run_recurrent(m, start, False)
    loss = (dout * out).sum() + (end * last).sum()
    backward = adjoint.each_array(lambda x: x[::-1], adjoint.exchanged(m, dout))
    _, first, _ = adjoint.run_recurrent(backward, end, False)
    yield Equation(first, np.vectorize(lambda x: sp.diff(loss, x), otypes=[object])(start))


CLAIMS = (
    transposing_a_token_exchanges_what_it_erases_with,
    what_a_memory_keeps_of_its_adjoint_is_what_the_adjoint_keeps_of_it,
    what_was_written_is_what_is_read,
    a_read_after_the_write_is_one_before_it,
    exchanging_twice_is_the_memory_itself,
    the_exchanged_memory_run_forward_gives_the_gradients,
)
FALSE = (false_twin_that_runs_the_adjoint_forwards_in_time,)
