"""Claim: a product of T Householder-like factors is the identity less a product of rank T.

    (I - beta_T k_T' k_T) ... (I - beta_1 k_1' k_1) = I - K' W        K (T, K) the keys as rows
    (I + A) W = diag(beta) K      (I + A) U = diag(beta) V      A = tril(diag(beta) K K', -1)
    S[T] = (I - K' W) S[0] + K' U

so a chunk of the delta rule costs matrix products of its keys, and no product of K x K matrices.

Used by:  refmem.delta, refmem.delta_product, refmem.forms
Source:   Bischof and Van Loan 1987 (WY); Yang et al. 2024, arXiv:2406.06484
Method:   induction on T with matrices of symbolic size; then the products written out for T = 3
          beside the shipped solve and the shipped rule.
"""

import sympy as sp

import refmem
from refmem.algebra import unit_lower_solve

from ..proving.statement import Equation
from ..proving.symbols import arguments, array

past, keys, values = sp.symbols("past K V", integer=True, positive=True)
beta = sp.Symbol("beta", real=True)
k, v = sp.MatrixSymbol("k", 1, keys), sp.MatrixSymbol("v", 1, values)
K, W = sp.MatrixSymbol("K", past, keys), sp.MatrixSymbol("W", past, keys)
U, S0 = sp.MatrixSymbol("U", past, values), sp.MatrixSymbol("S0", keys, values)
factor = sp.Identity(keys) - beta * k.T * k


def one_factor_more_is_one_row_more():
    """(I - beta k'k)(I - K'W) = I - K'W - k'w with w = beta (k - (k K') W): row T of the solve."""
    w = beta * (k - (k * K.T) * W)
    product = factor * (sp.Identity(keys) - K.T * W)
    yield Equation(product, sp.Identity(keys) - K.T * W - k.T * w)


def one_write_more_is_one_row_more():
    """(I - beta k'k) K'U + beta k'v = K'U + k'u with u = beta (v - (k K') U): the same solve."""
    u = beta * (v - (k * K.T) * U)
    yield Equation(factor * K.T * U + beta * k.T * v, K.T * U + k.T * u)


def the_state_is_what_is_left_and_what_was_written():
    """If S = (I - K'W) S0 + K'U, then S + beta k'(v - k S) = (I - beta k'k) S + beta k'v."""
    S = (sp.Identity(keys) - K.T * W) * S0 + K.T * U
    yield Equation(S + beta * k.T * (v - k * S), factor * S + beta * k.T * v)


def the_shipped_solve_makes_the_product():
    """T = 3: three factors multiplied out are I - K'W, W from refmem's unit_lower_solve."""
    x = arguments(refmem.delta, T=3, K=2, V=1)
    W, product = solved(x, x["k"]), sp.eye(2)
    for k, beta in zip(x["k"], x["beta"], strict=True):
        product = (sp.eye(2) - beta * sp.Matrix(k) * sp.Matrix(k).T) * product
    yield Equation(product, sp.eye(2) - sp.Matrix(x["k"].T @ W))


def solved(x, right):
    """(I + A)^-1 diag(beta) right."""
    scores = x["k"] @ x["k"].T
    strict = [[scores[i, j] if j < i else 0 * scores[i, j] for j in range(3)] for i in range(3)]
    return unit_lower_solve(x["beta"][:, None] * strict, x["beta"][:, None] * right)


def the_shipped_rule_ends_in_this_state():
    """refmem.delta, T = 3: S[T] = (I - K'W) S[0] + K'U."""
    x, start = arguments(refmem.delta, T=3, K=2, V=1), array("S", (2, 1))
    W, U = solved(x, x["k"]), solved(x, x["v"])
    state = start - x["k"].T @ (W @ start) + x["k"].T @ U
    yield Equation(refmem.delta(**x, state=start).state, state)


def false_twin_that_lets_factors_commute():
    """(I - K'W)(I - beta k'k) puts the newest factor last: factors do not commute."""
    w = beta * (k - (k * K.T) * W)
    product = (sp.Identity(keys) - K.T * W) * factor
    yield Equation(product, sp.Identity(keys) - K.T * W - k.T * w)


CLAIMS = (
    one_factor_more_is_one_row_more,
    one_write_more_is_one_row_more,
    the_state_is_what_is_left_and_what_was_written,
    the_shipped_solve_makes_the_product,
    the_shipped_rule_ends_in_this_state,
)
FALSE = (false_twin_that_lets_factors_commute,)
