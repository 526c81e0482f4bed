"""Claim: the gradient taken where the step arrives is the delta rule with a smaller strength.

    S = S[t-1] - beta k'(k S - v)                                     S on both sides
    S = S[t-1] + rate k'(v - k S[t-1])     rate = beta/(1 + beta |k|^2)
    S is the minimum of |S - S[t-1]|^2 / 2 + beta/2 |k S - v|^2

so the error is multiplied by 1/(1 + beta |k|^2): never overshot, however large beta is.

Used by:  refmem.implicit_delta, refmem.longhorn
Source:   Liu et al. 2024, arXiv:2407.14207
Method:   matrices of symbolic size, with n = |k|^2 for k k'; then the shipped rules on symbols.
"""

import sympy as sp

import refmem

from ..proving.statement import Equation, Inequality
from ..proving.symbols import arguments, array
from ..proving.traces import gradient

keys, values = sp.symbols("K V", integer=True, positive=True)
beta, n = sp.symbols("beta n", positive=True)
k, v = sp.MatrixSymbol("k", 1, keys), sp.MatrixSymbol("v", 1, values)
S0, S = sp.MatrixSymbol("S0", keys, values), sp.MatrixSymbol("S", keys, values)
error = v - k * S0
rate = beta / (1 + beta * n)


def the_error_that_is_left_is_a_fraction_of_what_was():
    """k S = k S0 + rate n e with e = v - k S0, so v - k S = e - rate n e = e/(1 + beta n)."""
    yield Equation(1 - rate * n, 1 / (1 + beta * n))


def the_step_solves_its_own_equation():
    """beta (v - k S) = beta e/(1 + beta n) = rate e: the implicit step is S0 + rate k' e."""
    yield Equation(beta * (1 - rate * n), rate)


def it_is_the_minimum_of_a_proximal_objective():
    """grad (|S - S0|^2/2 + beta/2 |k S - v|^2) = S - S0 + beta k'(k S - v): 0 at the step."""
    inside = (S - S0).T * (S - S0) / 2 + beta / 2 * (k * S - v).T * (k * S - v)
    yield Equation(gradient(inside, S), S - S0 + beta * k.T * (k * S - v))


def it_never_overshoots():
    """0 <= rate |k|^2 <= 1 for every beta: the key's memory moves from e towards 0, not past it."""
    yield Inequality(0, rate * n)
    yield Inequality(rate * n, 1)


def the_shipped_rule_is_the_delta_rule_at_this_rate():
    """refmem.implicit_delta(beta) = refmem.delta(rate) on symbols, T = 2."""
    x = arguments(refmem.implicit_delta, T=2, K=2, V=1)
    norms = (x["k"] * x["k"]).sum(-1)
    explicit = refmem.delta(**x | {"beta": x["beta"] / (1 + x["beta"] * norms)})
    yield Equation(refmem.implicit_delta(**x).out, explicit.out)


def one_channel_has_nothing_to_approximate():
    """refmem.longhorn erases with k^2 in place of k k': for K = 1 it is the implicit step."""
    x = arguments(refmem.implicit_delta, T=1, K=1, V=2)
    S = array("S", (1, 2))
    per_value = x | {"beta": x["beta"][:, None] * [[1, 1]]}
    yield Equation(
        refmem.longhorn(**per_value, state=S).state, refmem.implicit_delta(**x, state=S).state
    )


def false_twin_with_the_explicit_strength():
    """beta in place of rate: the explicit step overshoots where beta |k|^2 > 1."""
    yield Equation(1 - beta * n, 1 / (1 + beta * n))


def false_twin_in_which_longhorn_is_exact_for_two_channels():
    """With K = 2 the diagonal approximation forgets the products of different key channels."""
    x = arguments(refmem.implicit_delta, T=1, K=2, V=1)
    S = array("S", (2, 1))
    per_value = x | {"beta": x["beta"][:, None]}
    yield Equation(
        refmem.longhorn(**per_value, state=S).state, refmem.implicit_delta(**x, state=S).state
    )


CLAIMS = (
    the_error_that_is_left_is_a_fraction_of_what_was,
    the_step_solves_its_own_equation,
    it_is_the_minimum_of_a_proximal_objective,
    it_never_overshoots,
    the_shipped_rule_is_the_delta_rule_at_this_rate,
    one_channel_has_nothing_to_approximate,
)
FALSE = (
    false_twin_with_the_explicit_strength,
    false_twin_in_which_longhorn_is_exact_for_two_channels,
)
