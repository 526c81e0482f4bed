"""Claim: a linear update whose two sides are symmetric is one gradient step on one objective.

    S[t] = A S[t-1] B + C                    A and B say what is kept, C what is added
    L(S) = 1/2 tr(S'S) - 1/2 tr(S'A S B) - tr(C'S)
    S[t] = S[t-1] - grad L(S[t-1])           if A = A' and B = B', and only then

The source writes memories as (d_v, d_k). Those of refmem are transposed, so A, which gates values,
stands on the right there, and B, which gates and erases keys, on the left.

Used by:  every updates_ derivation
Run by:   updates/table
Source:   Zhong et al. 2025, arXiv:2505.19488, Eqs. 35 and 36
Method:   the gradient of a trace, with matrices of symbolic size.
"""

import sympy as sp

from ..proving.statement import Equation
from ..proving.traces import gradient

values, keys = sp.symbols("d_v d_k", integer=True, positive=True)
S, C = sp.MatrixSymbol("S", values, keys), sp.MatrixSymbol("C", values, keys)
A, B = sp.MatrixSymbol("A", values, values), sp.MatrixSymbol("B", keys, keys)
SYMMETRIC = {A.T: A, B.T: B}


def inside(A, B, C):
    """L(S) is the trace of this."""
    return S.T * S / 2 - S.T * A * S * B / 2 - C.T * S


def what_a_gradient_step_makes_of_any_two_sides():
    """S - grad L(S) = (A S B + A'S B')/2 + C: it averages the map and its adjoint."""
    step = sp.expand(S - gradient(inside(A, B, C), S))
    yield Equation(step, (A * S * B + A.T * S * B.T) / 2 + C)


def symmetric_sides_are_reproduced():
    """With A' = A and B' = B the average is A S B itself."""
    step = sp.expand(S - gradient(inside(A, B, C), S)).subs(SYMMETRIC)
    yield Equation(step, A * S * B + C)


def a_step_of_another_size_scales_the_objective():
    """S - eta grad L = S - grad (eta L): the size of a step is part of the objective."""
    eta = sp.Symbol("eta", real=True)
    scaled = sp.expand(eta * gradient(inside(A, B, C), S))
    yield Equation(gradient(eta * inside(A, B, C), S), scaled)


def the_rows_of_this_library_are_the_columns_of_the_source():
    """(A S B + C)' = B' S' A' + C': transposing the memory exchanges the two sides."""
    yield Equation((A * S * B + C).T.doit(), B.T * S.T * A.T + C.T)


def the_delta_rule_has_symmetric_sides():
    """A = I and B = I - beta k k': symmetric, so its update is a step on some objective."""
    beta, k = sp.Symbol("beta", real=True), sp.MatrixSymbol("k", keys, 1)
    B_delta = sp.Identity(keys) - beta * k * k.T
    yield Equation(B_delta.T.doit(), B_delta)


def false_twin_that_descends_with_a_side_that_is_not_symmetric():
    """Without A' = A and B' = B no step on L is A S B + C."""
    yield Equation(S - gradient(inside(A, B, C), S), A * S * B + C)


def false_twin_in_which_gates_of_key_channels_leave_the_delta_rule_symmetric():
    """diag(alpha)(I - beta k k') is not: `kda` descends only from the state that has decayed."""
    beta, k = sp.Symbol("beta", real=True), sp.MatrixSymbol("k", keys, 1)
    forget = sp.MatrixSymbol("D", keys, keys)  # any diagonal matrix: D' = D
    B_kda = sp.expand(forget * (sp.Identity(keys) - beta * k * k.T))
    yield Equation(B_kda.T.doit().subs(forget.T, forget), B_kda)


CLAIMS = (
    what_a_gradient_step_makes_of_any_two_sides,
    symmetric_sides_are_reproduced,
    a_step_of_another_size_scales_the_objective,
    the_rows_of_this_library_are_the_columns_of_the_source,
    the_delta_rule_has_symmetric_sides,
)
FALSE = (
    false_twin_that_descends_with_a_side_that_is_not_symmetric,
    false_twin_in_which_gates_of_key_channels_leave_the_delta_rule_symmetric,
)
