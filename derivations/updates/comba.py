"""Claim: Comba's two published loops are one rule, with alpha p in the place of p.

    undecayed   S[t] = alpha S[t-1] + beta k'(v - p S[t-1])
    decayed     S[t] = alpha S[t-1] + beta k'(v - p (alpha S[t-1]))

The decayed loop with p is the undecayed one with alpha p, and both are the gated delta rule when
the decayed state is read with k. They agree as they stand only where alpha = 1, or nothing is read.

Used by:  refmem.comba, refmem.comba_decayed_error, refmem.gated_delta
Source:   Hu et al. 2025, arXiv:2506.02475; flash-linear-attention's loops
Method:   matrices of symbolic size; then the shipped rules on symbols.
"""

import sympy as sp

import refmem

from ..proving.statement import Equation
from ..proving.symbols import arguments, array

keys, values = sp.symbols("K V", integer=True, positive=True)
alpha, beta = sp.symbols("alpha beta", real=True)
S = sp.MatrixSymbol("S", keys, values)
k, p = sp.MatrixSymbol("k", 1, keys), sp.MatrixSymbol("p", 1, keys)
v = sp.MatrixSymbol("v", 1, values)


def undecayed(reader):
    """The error is read from the state as it was."""
    return alpha * S + beta * k.T * (v - reader * S)


def decayed(reader):
    """The error is read from what is left."""
    return alpha * S + beta * k.T * (v - reader * (alpha * S))


def the_factor_moves_from_the_state_to_its_reader():
    """p (alpha S) = (alpha p) S."""
    yield Equation(decayed(p), undecayed(alpha * p))


def the_loops_differ_by_what_was_forgotten():
    """undecayed - decayed = -(1 - alpha) beta k' p S: nothing at alpha = 1."""
    yield Equation(undecayed(p) - decayed(p), -(1 - alpha) * beta * k.T * p * S)


def reading_with_the_key_is_the_gated_delta_rule():
    """p = k: alpha (I - beta k'k) S + beta k'v."""
    gated = alpha * (sp.Identity(keys) - beta * k.T * k) * S + beta * k.T * v
    yield Equation(decayed(k), gated)


def inputs():
    """Two tokens of symbols and a state that is not empty."""
    return arguments(refmem.comba, T=2, K=2, V=1) | {"state": array("S", (2, 1))}


def the_shipped_rules_are_one():
    """refmem.comba_decayed_error = refmem.comba with alpha p, T = 2."""
    x = inputs()
    moved = x | {"p": x["alpha"][:, None] * x["p"]}
    yield Equation(refmem.comba_decayed_error(**x).state, refmem.comba(**moved).state)
    yield Equation(refmem.comba_decayed_error(**x).out, refmem.comba(**moved).out)


def both_hold_the_shipped_gated_delta_rule():
    """p = k, and p = alpha k: refmem.gated_delta, T = 2."""
    x = inputs()
    own = {"p": x["k"]}
    gated = refmem.gated_delta(**{name: part for name, part in x.items() if name != "p"}).out
    yield Equation(refmem.comba_decayed_error(**x | own).out, gated)
    yield Equation(refmem.comba(**x | {"p": x["alpha"][:, None] * x["k"]}).out, gated)


def false_twin_that_takes_one_loop_for_the_other():
    """The same p in both."""
    x = inputs()
    yield Equation(refmem.comba_decayed_error(**x).out, refmem.comba(**x).out)


CLAIMS = (
    the_factor_moves_from_the_state_to_its_reader,
    the_loops_differ_by_what_was_forgotten,
    reading_with_the_key_is_the_gated_delta_rule,
    the_shipped_rules_are_one,
    both_hold_the_shipped_gated_delta_rule,
)
FALSE = (false_twin_that_takes_one_loop_for_the_other,)
