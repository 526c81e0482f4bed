"""Claim: a layer of DeltaFormer is no deeper than log^2 T: its solve is log T squarings.

    N = -diag(beta) A1, strictly lower, so N^T = 0, and with m squarings
    (I + N) (I + N^2) (I + N^4) .. (I + N^(2^(m-1))) = sum of N^p over p < 2^m
    (I - N) times that = I - N^(2^m),  which is I from 2^m >= T on:  m = ceil(log2 T)

A squaring is T^2 sums of T products: depth 1 + log2 T in gates + and *, and a factor as much again.
So (I + diag(beta) A1)^-1 is of depth O(log^2 T) and size O(T^3 log T), and in NC^2 where numbers
have polynomially many bits: over the whole numbers, with kernels of b bits, an entry of N^p adds up
at most T^(p-1) products of p factors, of T (b + log2 T) bits at most. From below, entries count the
paths of a graph (duality/neumann): nondeterministic logarithmic space.

Used by:  refmem.deltaformer
Source:   Xu et al. 2025, DeltaFormer (NeurIPS, OpenReview GSE3oaiDL2), which cites Csanky 1975 for
          inverses; a triangular one needs only this product
Method:   induction on the number of squarings; then the shipped solve on symbols, T = 1 .. 6.
"""

import numpy as np
import sympy as sp

from refmem.algebra import unit_lower_solve

from ..duality.neumann import identity, strictly_lower
from ..proving.statement import Equation, Inequality

n = sp.Symbol("T", integer=True, positive=True)
one = sp.Identity(n)
N, Q = (sp.MatrixSymbol(name, n, n) for name in "NQ")  # Q = N^(2^m)
p, m = sp.symbols("p m", integer=True, nonnegative=True)
x = sp.Symbol("x", positive=True)


def one_more_factor_doubles_the_terms():
    """sum of x^p over p < h times (1 + x^h) is that over p < 2 h: powers of one N commute, so
    numbers stand for them; here h = 1, 2, 4, 8."""
    for h in (1, 2, 4, 8):
        terms = sum(x**power for power in range(h))
        doubled = sum(x**power for power in range(2 * h))
        yield Equation(sp.expand(terms * (1 + x**h)), doubled)


def the_induction_is_a_difference_of_squares():
    """If (I - N) P = I - Q, then (I - N) P (I + Q) = (I - Q) (I + Q) = I - Q^2, with Q^2 the next
    power; it starts with P = I, Q = N."""
    yield Equation(((one - Q) * (one + Q)).expand(), one - Q * Q)
    yield Equation((one - N) * one, one - N)


def an_entry_has_few_bits():
    """T^(p-1) products of size at most 2^(b p), p <= T: b p + (p - 1) log2 T <= T (b + log2 T)."""
    b, log_t, rest = sp.symbols("b l r", nonnegative=True)  # T = p + r
    bits = b * p + (p - 1) * log_t
    yield Inequality(bits, (p + rest) * (b + log_t))


def product(N, squarings):
    """(I + N) (I + N^2) .. of so many factors, on arrays."""
    size = len(N)
    total, power = identity(size), N
    for _ in range(squarings):
        total, power = total @ (identity(size) + power), power @ power
    return total


def the_shipped_solve_is_so_many_squarings():
    """refmem's unit_lower_solve of the identity, T = 1 .. 6, and ceil(log2 T) squarings."""
    for size in range(1, 7):
        A = strictly_lower(size)
        shipped = unit_lower_solve(A, identity(size))
        expand = np.vectorize(sp.expand, otypes=[object])
        yield Equation(expand(product(-A, (size - 1).bit_length())), expand(shipped))


def false_twin_with_the_logarithm_rounded_down():
    """T = 3: floor(log2 3) = 1 squaring leaves out N^2."""
    A = strictly_lower(3)
    yield Equation(product(-A, 1), unit_lower_solve(A, identity(3)))


CLAIMS = (
    one_more_factor_doubles_the_terms,
    the_induction_is_a_difference_of_squares,
    an_entry_has_few_bits,
    the_shipped_solve_is_so_many_squarings,
)
FALSE = (false_twin_with_the_logarithm_rounded_down,)
