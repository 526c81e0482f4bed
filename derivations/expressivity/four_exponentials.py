"""Claim: four exponentials make an f with f(m) = m at -1, 0, 1, 2, and nowhere in between.

    f(x) = c_0 + c_1 e^x + c_2 e^(2x) + c_3 e^(3x)

is a cubic in y = e^x, fixed by its values at four points. Four exponential heads can thus stand in
for rounding in expressivity/exchange, but only for scores exactly at the nodes: f has no plateau
(f = m is a cubic in y, true at three points at most) and f(x) = x at the four nodes alone.

Used by:  refmem.deltaformer, refmem.studies.expressivity.four_exponentials
Source:   Zhong et al. 2025, arXiv:2505.19488, for the idea; the coefficients are worked out here
Method:   interpolation and its determinant; the derivative's degree; the shipped rule on symbols.
Assumes:
    - Rolle: between two zeros of a smooth function its derivative has one
    - a polynomial of degree three has at most three zeros
"""

import numpy as np
import sympy as sp

import refmem
from refmem.studies.expressivity.four_exponentials import COEFFICIENTS, four_exponentials

from ..proving.statement import Equation, Inequality
from ..proving.symbols import array

x = sp.Symbol("x", real=True)
y = sp.Symbol("y", positive=True)  # e^x
e = sp.Symbol("e", positive=True)  # the base: any but 1
NODES = (-1, 0, 1, 2)


def interpolation(base):
    """The cubic in y with value m at y = base^m, in Lagrange's form, expanded in y."""
    total = sum(
        m * sp.prod((y - base**other) / (base**m - base**other) for other in NODES if other != m)
        for m in NODES
    )
    return sp.Poly(sp.together(total), y)


coefficients = tuple(sp.cancel(c) for c in reversed(interpolation(e).all_coeffs()))
f = sum(c.subs(e, sp.E) * sp.exp(power * x) for power, c in enumerate(coefficients))


def there_is_one_such_cubic():
    """The determinant of y^p at y = e^m is the product of all e^b - e^a with a < b: not zero."""
    matrix = sp.Matrix(4, 4, lambda row, power: e ** (NODES[row] * power))
    pairs = [(a, b) for b in NODES for a in NODES if a < b]
    yield Equation(matrix.det(method="berkowitz"), sp.prod(e**b - e**a for a, b in pairs))


def it_is_exact_at_its_nodes():
    """f(m) = m, for every base."""
    for m in NODES:
        value = sum(c * e ** (m * power) for power, c in enumerate(coefficients))
        yield Equation(sp.cancel(value), m)


def it_has_no_plateau():
    """e^-x f'(x) = c_1 + 2 c_2 y + 3 c_3 y^2 is a quadratic in y, and at y = 1 it is at least 1/e:
    a score off by eps is answered off by about f'(0) eps, where rounding would not notice."""
    slope = sum(power * coefficients[power] * y ** (power - 1) for power in (1, 2, 3))
    in_x = slope.subs({e: sp.E, y: sp.exp(x)})
    yield Equation(sp.Derivative(f, x), sp.exp(x) * in_x)
    h = sp.Symbol("h", positive=True)
    at_zero = sp.factor(sp.cancel(slope.subs(y, 1).subs(e, 1 + h)))
    yield Inequality(1 / (1 + h), at_zero)


def it_agrees_with_x_at_four_points_only():
    """(f - x)' = y (c_1 + 2 c_2 y + 3 c_3 y^2) - 1, a cubic in y: three zeros, so f - x has four,
    and those are the nodes."""
    difference = sum(power * coefficients[power] * y**power for power in (1, 2, 3)) - 1
    yield Equation(sp.Poly(difference, y).degree(), 3)
    yield Equation(sp.Derivative(f - x, x), difference.subs({e: sp.E, y: sp.exp(x)}))


def the_shipped_coefficients_are_these():
    """refmem.studies.expressivity has base 2, whose coefficients are rational."""
    for shipped, c in zip(COEFFICIENTS, coefficients, strict=True):
        yield Equation(sp.Rational(shipped.numerator, shipped.denominator), c.subs(e, 2))


def the_shipped_rule_exchanges_with_it():
    """refmem.deltaformer with the shipped kernel, keys e_0 and e_1, values symbols: after
    k = e_1 - e_0 with v = 0 they read each other's value, and after another exchange their own."""
    zero, one = sp.S.Zero, sp.S.One
    swap, rest = [-one, one], [zero, zero]
    k = np.array([[one, zero], [zero, one], swap, rest, swap])
    v = np.concatenate([array("v", (2, 1)), np.full((3, 1), zero)])
    for query, first, second in ((k[0], v[1], v[0]), (k[1], v[0], v[1])):
        q = np.array([query] * 5)
        beta = np.array([one, one, one, zero, one])
        kernels = {"kappa1": four_exponentials, "kappa2": four_exponentials}
        out = refmem.deltaformer(q, k, v, beta=beta, scale=one, **kernels).out
        yield Equation(out[2], first)
        yield Equation(out[4], second)


def false_twin_that_trusts_it_between_nodes():
    """f(1/2) = 1/2: no."""
    yield Equation(f.subs(x, sp.S.Half), sp.S.Half)


CLAIMS = (
    there_is_one_such_cubic,
    it_is_exact_at_its_nodes,
    it_has_no_plateau,
    it_agrees_with_x_at_four_points_only,
    the_shipped_coefficients_are_these,
    the_shipped_rule_exchanges_with_it,
)
FALSE = (false_twin_that_trusts_it_between_nodes,)
