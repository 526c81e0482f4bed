"""Claim: T steps of the delta rule are one triangular solve.

    (I + A) U = diag(beta) (V - K S[0])   with A = tril(diag(beta) K K', -1)
    out = Q S[0] + tril(Q K') U           and  S[T] = S[0] + K' U

Used by:  refmem.delta, refmem.forms
Source:   Yang et al. 2024, arXiv:2406.06484
Method:   induction on T with matrices of symbolic size, so for every T, K and V at once;
          then the shipped code itself, run on symbols, for T = 1, 2, 3.
"""

import sympy as sp

import refmem

from ..proving.statement import Equation
from ..proving.symbols import arguments, array

past, K, V = sp.symbols("past K V", integer=True, positive=True)
beta = sp.Symbol("beta", real=True)
q, k = sp.MatrixSymbol("q", 1, K), sp.MatrixSymbol("k", 1, K)
v, u = sp.MatrixSymbol("v", 1, V), sp.MatrixSymbol("u", 1, V)
K_past, U_past = sp.MatrixSymbol("K_past", past, K), sp.MatrixSymbol("U_past", past, V)
S0 = sp.MatrixSymbol("S0", K, V)
S_before = S0 + K_past.T * U_past


def row_t_of_the_solve_is_the_write_of_the_rule():
    """Given S[t-1] = S[0] + K_past' U_past, the rule writes u = beta (v - k S[t-1])."""
    row_of_solve = beta * (v - k * S0) - beta * (k * K_past.T) * U_past
    yield Equation(beta * (v - k * S_before), row_of_solve)


def row_t_of_the_output_is_its_read():
    """q S[t] = q S[0] + (q K_past') U_past + (q k') u: row t of tril(Q K'), diagonal included."""
    row_of_out = q * S0 + (q * K_past.T) * U_past + (q * k.T) * u
    yield Equation(q * (S_before + k.T * u), row_of_out)


def the_hypothesis_holds_again():
    """S[t] = S[t-1] + k'u = S[0] + (K_past; k)' (U_past; u), and S[0] with nothing past."""
    rows = sp.BlockMatrix([[K_past], [k]]), sp.BlockMatrix([[U_past], [u]])
    yield Equation(sp.block_collapse(rows[0].T * rows[1]), K_past.T * U_past + k.T * u)


def the_shipped_forms_are_the_same_polynomials():
    """refmem.delta run on symbols: recurrent and parallel agree for T = 1, 2, 3."""
    for T in (1, 2, 3):
        x = arguments(refmem.delta, T=T, K=2, V=1) | {"state": array("S", (2, 1))}
        for one, other in zip(refmem.delta(**x), refmem.delta(**x, form="parallel"), strict=True):
            yield Equation(one, other)


def false_twin_that_leaves_the_diagonal_out_of_the_read():
    """Reading with tril(Q K', -1) misses the token's own write, (q k') u."""
    row_of_out = q * S0 + (q * K_past.T) * U_past
    yield Equation(q * (S_before + k.T * u), row_of_out)


CLAIMS = (
    row_t_of_the_solve_is_the_write_of_the_rule,
    row_t_of_the_output_is_its_read,
    the_hypothesis_holds_again,
    the_shipped_forms_are_the_same_polynomials,
)
FALSE = (false_twin_that_leaves_the_diagonal_out_of_the_read,)
