"""Claim: the exponential kernel is a sum of tensor-power kernels, with a bounded remainder.

    exp(x . y) = sum_{p <= P} phi_p(x) . phi_p(y) + R_P      phi_p(x) = x (x) ... (x) x / sqrt(p!)
    R_P(u) = integral from 0 to u of (u - t)^P/P! e^t dt      u = x . y
    |R_P(u)| <= |u|^(P+1)/(P+1)! max(1, e^u)

So a finite state of 1 + d + d^2 + ... + d^P rows is the exponential up to the remainder, which is
factorially small once P exceeds |u|.

Used by:  refmem.functions.kernels, snr/taylor_features
Source:   Taylor's theorem with the integral remainder, classical
Method:   one integration by parts moves one term out of the integral, which is the induction on P;
          the bound replaces e^t by its largest value on the way from 0 to u.
"""

import numpy as np
import sympy as sp
from sympy.matrices.expressions.kronecker import combine_kronecker

from refmem.functions import kernels

from ..proving.statement import Equation, Inequality

P = sp.Symbol("P", integer=True, nonnegative=True)
u, t = sp.symbols("u t", real=True)
size = sp.Symbol("|u|", positive=True)


def integrand(degree):
    return (u - t) ** degree / sp.factorial(degree) * sp.exp(t)


def a_power_of_the_score_is_a_scalar_product_of_features():
    """(f (x) x) . (g (x) y) = (f . g)(x . y): from (x . y)^p, one more factor makes p + 1."""
    width, d = sp.symbols("n d", integer=True, positive=True)
    f, g = sp.MatrixSymbol("f", width, 1), sp.MatrixSymbol("g", width, 1)
    x, y = sp.MatrixSymbol("x", d, 1), sp.MatrixSymbol("y", d, 1)
    longer = sp.KroneckerProduct(f.T, x.T) * sp.KroneckerProduct(g, y)
    yield Equation(combine_kronecker(longer), sp.KroneckerProduct(f.T * g, x.T * y))
    p, dot = sp.Symbol("p", integer=True, nonnegative=True), sp.Symbol("x.y")
    yield Equation(dot**p * dot, dot ** (p + 1))


def the_first_remainder_is_the_integral():
    """R_0(u) = e^u - 1 is the integral of e^t from 0 to u."""
    yield Equation(sp.Integral(integrand(0), (t, 0, u)), sp.exp(u) - 1)


def one_integration_by_parts_moves_one_term_out():
    """-((u - t)^(P+1)/(P+1)! e^t)' is R_P's integrand less R_(P+1)'s; at t = 0 is the next term."""
    boundary = (u - t) ** (P + 1) / sp.factorial(P + 1) * sp.exp(t)
    yield Equation(-sp.diff(boundary, t), sp.expand_func(integrand(P) - integrand(P + 1)))
    next_term = u ** (P + 1) / sp.factorial(P + 1)
    yield Equation(boundary.subs(t, 0) - boundary.subs(t, u), next_term)


def without_the_exponential_the_integral_is_a_power():
    """Integral over t of |u - t|^P/P! is |u|^(P+1)/(P+1)!, on either side of 0."""
    weight = (size - t) ** P / sp.factorial(P)
    bound = size ** (P + 1) / sp.factorial(P + 1)
    yield Equation(sp.Integral(weight, (t, 0, size)), bound)


def the_exponential_is_at_most_its_larger_end():
    """e^t <= e^u for 0 <= t <= u, and e^t <= 1 for u <= t <= 0: the slope of e^t is positive."""
    yield Equation(sp.Derivative(sp.exp(t), t), sp.exp(t))
    yield Inequality(0, sp.exp(t))
    ahead = sp.Symbol("h", nonnegative=True)  # u - t on the way up, -t on the way down
    yield Equation(sp.exp(t + ahead) - sp.exp(t), sp.exp(t) * (sp.exp(ahead) - 1))
    tail = sp.Sum(ahead ** (P + 1) / sp.factorial(P + 1), (P, 0, sp.oo))
    yield Equation(tail, sp.exp(ahead) - 1)
    yield Inequality(0, ahead ** (P + 1) / sp.factorial(P + 1))


def the_shipped_kernel_is_what_is_left_without_the_remainder():
    """refmem.functions.kernels.taylor: e^u - R_P(u), of order 0 to 3."""
    for order in range(4):
        remainder = sp.Integral(integrand(order), (t, 0, u))
        shipped = kernels.taylor(order).weight(np.array([u]))[0]
        yield Equation(sp.exp(u) - remainder, shipped)


def false_twin_with_the_factorial_of_the_last_term():
    """The bound has (P + 1)!, not P!: the remainder starts with the first term left out."""
    weight = (size - t) ** 2 / sp.factorial(2)
    yield Equation(sp.Integral(weight, (t, 0, size)), size**3 / sp.factorial(2))


CLAIMS = (
    a_power_of_the_score_is_a_scalar_product_of_features,
    the_first_remainder_is_the_integral,
    one_integration_by_parts_moves_one_term_out,
    without_the_exponential_the_integral_is_a_power,
    the_exponential_is_at_most_its_larger_end,
    the_shipped_kernel_is_what_is_left_without_the_remainder,
)
FALSE = (false_twin_with_the_factorial_of_the_last_term,)
