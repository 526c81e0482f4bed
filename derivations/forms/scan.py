"""Claim: tokens are affine maps of the state, whose composition is associative: a scan works.

    (A2, B2) after (A1, B1) = (A2 A1, A2 B1 + B2)           (A, B) is S -> A S + B
    token t:  A = diag(a) + u'w,  B = k'v

Doubling: x[t] = (x[t]) after (x[t - n]) makes a map that spans n tokens span 2 n.

Used by:  refmem.forms, refmem.linear_attention, refmem.gla, refmem.delta, refmem.kda,
          refmem.generalized_delta
Source:   Blelloch 1990; Martin and Cundy 2018, arXiv:1709.04057
Method:   matrices of symbolic size; then the shipped scan on symbols.
"""

import sympy as sp

from ..proving.descent import named
from ..proving.statement import Equation
from ..proving.symbols import arguments, array

keys, values = sp.symbols("K V", integer=True, positive=True)
S = sp.MatrixSymbol("S", keys, values)
first, second, third = (
    (sp.MatrixSymbol(f"A_{n}", keys, keys), sp.MatrixSymbol(f"B_{n}", keys, values))
    for n in (1, 2, 3)
)


def apply(affine, S):
    A, B = affine
    return A * S + B


def after(later, earlier):
    """The composition of two affine maps, the earlier one applied first."""
    (A2, B2), (A1, B1) = later, earlier
    return A2 * A1, A2 * B1 + B2


def a_composition_does_what_both_do():
    """(later after earlier)(S) = later(earlier(S))."""
    both = apply(after(second, first), S)
    yield Equation(apply(second, apply(first, S)), both)


def composition_is_associative():
    """(3 after 2) after 1 = 3 after (2 after 1), in both parts."""
    left, right = after(after(third, second), first), after(third, after(second, first))
    for one, other in zip(left, right, strict=True):
        yield Equation(one, other)


def keeping_everything_is_the_neutral_map():
    """(I, 0) before or after a map changes nothing: what tokens before the first are."""
    nothing = sp.Identity(keys), sp.ZeroMatrix(keys, values)
    for composed in (after(first, nothing), after(nothing, first)):
        for one, other in zip(composed, first, strict=True):
            yield Equation(one.doit(), other)


def a_token_is_an_affine_map():
    """diag(a) S + u'(w S) + k'v = (diag(a) + u'w) S + k'v."""
    a = sp.DiagMatrix(sp.MatrixSymbol("a", keys, 1))
    u, w, k = (sp.MatrixSymbol(name, 1, keys) for name in "uwk")
    v = sp.MatrixSymbol("v", 1, values)
    step = a * S + u.T * (w * S) + k.T * v
    yield Equation(step, apply((a + u.T * w, k.T * v), S))


def a_round_doubles_what_a_map_spans():
    """Maps of tokens (t-n, t] and (t-2n, t-n] compose to (t-2n, t]; after r rounds n = 2^r."""
    r = sp.Symbol("r", integer=True, nonnegative=True)
    span = 2**r
    yield Equation(span.subs(r, 0), 1)
    yield Equation(span + span, span.subs(r, r + 1))


def the_shipped_scan_is_the_definition():
    """The rules named above for T = 1, 2, 3: the outputs and the states after every token."""
    for rule in named(__doc__):
        for T in (1, 2, 3):
            x = arguments(rule, T=T, K=2, V=1) | {"state": array("S", (2, 1)), "states": True}
            for one, other in zip(rule(**x), rule(**x, form="scan"), strict=True):
                yield Equation(one, other)


def false_twin_that_composes_the_wrong_way_round():
    """Applying the later map first is another function: affine maps do not commute."""
    both = apply(after(first, second), S)
    yield Equation(apply(second, apply(first, S)), both)


CLAIMS = (
    a_composition_does_what_both_do,
    composition_is_associative,
    keeping_everything_is_the_neutral_map,
    a_token_is_an_affine_map,
    a_round_doubles_what_a_map_spans,
    the_shipped_scan_is_the_definition,
)
FALSE = (false_twin_that_composes_the_wrong_way_round,)
