"""Claim: a triangular solve adds up all chains of tokens: it is a finite Neumann series.

    (I + A)^-1 = I - A + A^2 - ... + (-A)^(T-1)          A (T, T) strictly lower, so A^T = 0

Entry (i, j) sums over chains i > m > ... > j the products of what each token of the chain sees of
the next, its sign by the chain's length. With -A in place of A every sign is plus: (I - A)^-1
counts the paths of a directed acyclic graph, which one layer of DeltaFormer therefore decides.

Used by:  refmem.deltaformer, refmem.delta, refmem.forms
Source:   classical; Zhong et al. 2025, arXiv:2505.19488, for the graphs
Method:   induction on the number of terms, matrices of symbolic size; signs of whole numbers for
          the entries that are zero; then the shipped solve on symbols.
"""

import numpy as np
import sympy as sp

from refmem.algebra import unit_lower_solve

from ..proving.statement import Equation, Inequality
from ..proving.symbols import array

n = sp.Symbol("T", integer=True, positive=True)
one = sp.Identity(n)
A, P, R = (sp.MatrixSymbol(name, n, n) for name in "APR")  # P the terms so far, R the next one


def one_term_more_is_one_multiplication():
    """P -> I - A P, from I: with (I + A) P = I - R it becomes I - (-A R), R -> -A R."""
    step = (one + A) * (one - A * P)
    yield Equation(step, one + A - A * (one + A) * P)
    yield Equation(one + A - A * (one - R), one + A * R)


def the_first_term_starts_it():
    """(I + A) I = I - (-A): P = I, R = -A."""
    yield Equation((one + A) * one, one - (-A))


def a_power_reaches_one_diagonal_further():
    """A[i, m] = 0 unless m <= i - 1, R[m, j] = 0 unless m >= j + r: so (A R)[i, j] = 0 unless
    i - j >= r + 1. After T powers nothing is left, as i - j <= T - 1."""
    m, r = sp.symbols("m r", integer=True, nonnegative=True)
    x, y = sp.symbols("x y", integer=True, nonnegative=True)
    i, j = m + 1 + x, m - r - y  # the entries that need not be zero
    yield Inequality(r + 1, sp.expand(i - j))


def strictly_lower(size):
    entries = array("a", (size, size))
    return np.where(np.tri(size, size, -1, dtype=bool), entries, sp.S.Zero)


def identity(size):
    return np.where(np.eye(size, dtype=bool), sp.S.One, sp.S.Zero)


def the_shipped_solve_is_the_series():
    """T = 1, ..., 5: refmem's unit_lower_solve of the identity, and A^T = 0."""
    for size in range(1, 6):
        A, total, power = strictly_lower(size), 0 * identity(size), identity(size)
        for _ in range(size):
            total, power = total + power, power @ -A
        yield Equation(unit_lower_solve(A, identity(size)), total)
        yield Equation(power, 0 * identity(size))


def an_entry_sums_over_chains():
    """T = 4, from token 1 to token 4: directly, through 2 or 3, and through both."""
    a = strictly_lower(4)
    through = a[3, 1] * a[1, 0] + a[3, 2] * a[2, 0]
    chains = -a[3, 0] + through - a[3, 2] * a[2, 1] * a[1, 0]
    yield Equation(unit_lower_solve(a, identity(4))[3, 0], chains)


def paths_of_a_graph_are_counted():
    """Edges 1-2, 1-3, 2-4, 3-4 of a square: two paths from 1 to 4, none from 2 to 3."""
    edges = 0 * identity(4)
    for start, end in ((0, 1), (0, 2), (1, 3), (2, 3)):
        edges[end, start] = sp.S.One
    paths = unit_lower_solve(-edges, identity(4))
    yield Equation(paths[3, 0], 2)
    yield Equation(paths[2, 1], 0)


def false_twin_with_every_sign_plus():
    """I + A + A^2 is the inverse of I - A, not of I + A."""
    A = strictly_lower(3)
    yield Equation(unit_lower_solve(A, identity(3)), identity(3) + A + A @ A)


CLAIMS = (
    one_term_more_is_one_multiplication,
    the_first_term_starts_it,
    a_power_reaches_one_diagonal_further,
    the_shipped_solve_is_the_series,
    an_entry_sums_over_chains,
    paths_of_a_graph_are_counted,
)
FALSE = (false_twin_with_every_sign_plus,)
