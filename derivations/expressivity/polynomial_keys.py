"""Claim: graphs of polynomials are keys that rounding tells apart, in about ln(n)^2 dimensions.

A key is the graph of a polynomial of degree r over the field of p elements, at m = 4 r + 1 <= p
points: a one for every point and the value there. Two keys overlap, over their squared length m, by

    (points where the polynomials agree)/m <= r/m < 1/4        never negative

and the product of two differences of keys, two overlaps with a plus and two with a minus, is off by
at most 2 r/m < 1/2 from that of orthogonal keys (expressivity/exchange has the rest). There are
p^(r + 1) polynomials in m p dimensions.

Used by:  refmem.deltaformer, refmem.studies.expressivity.keys.polynomial_keys
Source:   Reed and Solomon 1960, and DeVore 2007, for such codes; the bound is worked out here
Method:   the factor theorem; signs; then the shipped keys, counted, and the shipped rule with them.
Assumes:
    - whole numbers modulo a prime are a field: a product is zero only where a factor is
"""

import itertools
from fractions import Fraction

import numpy as np
import sympy as sp

from refmem.studies.expressivity.keys import polynomial_keys
from refmem.studies.expressivity.machines import machine
from refmem.studies.expressivity.programs.deltaformer import by_deltaformer
from refmem.studies.expressivity.tasks import Swaps

from ..proving.statement import Equation, Inequality

x, y = sp.symbols("x y")
r = sp.Symbol("r", integer=True, positive=True)


def a_zero_takes_a_factor_out():
    """x^k - y^k = (x - y) sum x^i y^(k-1-i): so P(x) - P(y) is (x - y) times a polynomial of one
    degree less, and a difference of degree r that is not zero has r zeros at most."""
    for k in range(1, 6):
        rest = sum(x**i * y ** (k - 1 - i) for i in range(k))
        yield Equation(sp.expand((x - y) * rest), x**k - y**k)
        yield Equation(sp.Poly(rest, x).degree(), k - 1)


def two_overlaps_of_each_sign_are_off_by_twice_the_highest():
    """Of numbers from 0 to h: -2 h <= a + b - c - d <= 2 h."""
    low, high = sp.symbols("c d", nonnegative=True), sp.symbols("a' b'", nonnegative=True)
    h = sp.Symbol("h", nonnegative=True)
    most = sum(h - gap for gap in high) - sum(low)
    yield Inequality(most, 2 * h)
    yield Inequality(-2 * h, -most)


def four_points_a_degree_and_one_more_are_enough():
    """2 r/(4 r + 1) is less than 1/2 by 1/(2 (4 r + 1))."""
    yield Equation(sp.S.Half - 2 * r / (4 * r + 1), 1 / (2 * (4 * r + 1)))
    yield Inequality(2 * r / (4 * r + 1), sp.S.Half)


def the_shipped_keys_agree_in_no_more_points():
    """All 25 lines over the field of 5: every two agree in no point or one."""
    keys = polynomial_keys(25)
    products = keys.vectors @ keys.vectors.T
    yield Equation(keys.norm2, 5)
    for i, j in itertools.combinations(range(25), 2):
        agreed = sp.Integer(int(products[i, j]))
        yield agreed * (agreed - 1)
    yield Equation(_rational(keys.slack), sp.Rational(2, 5))


def _rational(number: Fraction) -> sp.Rational:
    return sp.Rational(number.numerator, number.denominator)


def the_shipped_rule_tracks_40_things_in_35_dimensions():
    """refmem.deltaformer with rounding, on fractions: six exchanges of 40 things, asked for."""
    task, keys = Swaps(40), polynomial_keys(40)
    tokens = np.array([[39, 3, 3], [39, 7, 39], [7, 3, 3], [20, 3, 7], [21, 20, 20], [39, 21, 21]])
    yield Equation(keys.vectors.shape[1], 35)
    given = by_deltaformer(machine(task), keys).answers(tokens)
    yield from map(sp.Integer, (given - task.answers(tokens)).tolist())


def false_twin_with_three_points_a_degree():
    """2 r/(3 r + 1) is 4/7 at r = 2."""
    yield Inequality(2 * r / (3 * r + 1), sp.S.Half)


CLAIMS = (
    a_zero_takes_a_factor_out,
    two_overlaps_of_each_sign_are_off_by_twice_the_highest,
    four_points_a_degree_and_one_more_are_enough,
    the_shipped_keys_agree_in_no_more_points,
    the_shipped_rule_tracks_40_things_in_35_dimensions,
)
FALSE = (false_twin_with_three_points_a_degree,)
