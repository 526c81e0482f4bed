"""Claim: Lagrange multipliers give every gradient of a linear memory, and they are themselves one.

    S[t] = diag(a) S[t-1] + u'(w S[t-1]) + k'v        o = q S[t]         rows u, w, k, q (1, K)
    G[t] = what the loss owes to S[t] through everything after

    G    += q' do           dq = do S[t]'      dk = v G'        dv = k G
    y     = w S[t-1]        du = y G'          dw = (u G) S[t-1]'
    da    = rowsum(G * S[t-1])                 G[t-1] = diag(a) G + w'(u G)

Used by:  refmem.forms, refmem.gla, refmem.scalar_decay, refmem.rwkv6, refmem.delta,
          refmem.gated_delta, refmem.kda, refmem.generalized_delta
Source:   worked out here
Method:   the Lagrangian's stationary points by the gradient of a trace (matrices of symbolic size);
          then the shipped gradients beside SymPy's derivatives of the shipped outputs.
"""

import sympy as sp

from ..proving.cotangents import gradients_are_derivatives
from ..proving.descent import named
from ..proving.statement import Equation
from ..proving.symbols import arguments, array
from ..proving.traces import gradient

keys, values = sp.symbols("K V", integer=True, positive=True)
S, G, S_after = (sp.MatrixSymbol(name, keys, values) for name in ("S", "G", "S_t"))
G_before = sp.MatrixSymbol("G_b", keys, values)
q, u, w, k = (sp.MatrixSymbol(name, 1, keys) for name in "quwk")
v, do = sp.MatrixSymbol("v", 1, values), sp.MatrixSymbol("do", 1, values)
D = sp.MatrixSymbol("D", keys, keys)  # diag(a), so D' = D

constraint = G.T * (D * S + u.T * (w * S) + k.T * v)  # the trace of <G[t], what S[t] is to be>


def the_multiplier_of_a_state_collects_what_the_future_owes():
    """Stationary in S[t-1]: diag(a) G[t] + w'(u G[t]) - G[t-1] = 0."""
    slope = gradient(constraint - G_before.T * S, S).subs(D.T, D)
    yield Equation(slope, D * G + w.T * u * G - G_before)


def a_read_adds_itself_to_the_multiplier():
    """d<do, q S[t]>/dS[t] = q' do, and dq = do S[t]'."""
    read = do.T * q * S_after
    yield Equation(gradient(read, S_after), q.T * do)
    yield Equation(gradient(read, q), do * S_after.T)


def a_write_reads_the_multiplier():
    """dv = k G and dk = v G': the adjoint's read has the memory's write key for a query."""
    yield Equation(gradient(constraint, v), k * G)
    yield Equation(gradient(constraint, k), v * G.T)


def an_erasure_reads_both():
    """du = (w S) G' and dw = (u G) S'."""
    yield Equation(gradient(constraint, u), w * S * G.T)
    yield Equation(gradient(constraint, w), u * G * S.T)


def a_gate_sees_the_two_memories_row_by_row():
    """dD = G S', whose diagonal is rowsum(G * S): a zero gate has a gradient like any other."""
    yield Equation(gradient(constraint, D), G * S.T)
    c, j = sp.symbols("c j", integer=True, nonnegative=True)
    row = sp.Sum(G[c, j] * S[c, j], (j, 0, values - 1))
    yield Equation((G * S.T)[c, c].as_dummy(), row.as_dummy())


def the_gradient_by_a_logarithm_is_alpha_times_that_by_the_factor():
    """d/d(log alpha) f(alpha) = alpha f'(alpha): 0 at alpha = 0, where f' need not be."""
    log_alpha, f = sp.Symbol("g", real=True), sp.Function("f")
    x = sp.Symbol("x", positive=True)
    by_log = f(sp.exp(log_alpha)).diff(log_alpha).subs(log_alpha, sp.log(x))
    yield Equation(by_log.doit(), x * f(x).diff(x))


def the_shipped_gradients_are_derivatives():
    """Every rule named above, T = 2, from a state and to a state, by tape and by adjoint."""
    for rule in named(__doc__):
        x = arguments(rule, T=2, K=2, V=1) | {"state": array("S", (2, 1))}
        for form in (None, "chunked"):
            yield from gradients_are_derivatives(rule, x, form)


def false_twin_that_does_not_exchange_the_erasure():
    """G[t-1] = diag(a) G + u'(w G): right only where u and w are parallel."""
    slope = gradient(constraint, S).subs(D.T, D)
    yield Equation(slope, D * G + u.T * w * G)


CLAIMS = (
    the_multiplier_of_a_state_collects_what_the_future_owes,
    a_read_adds_itself_to_the_multiplier,
    a_write_reads_the_multiplier,
    an_erasure_reads_both,
    a_gate_sees_the_two_memories_row_by_row,
    the_gradient_by_a_logarithm_is_alpha_times_that_by_the_factor,
    the_shipped_gradients_are_derivatives,
)
FALSE = (false_twin_that_does_not_exchange_the_erasure,)
