from fractions import Fraction

import pytest

from refmem import Result, least_squares
from refmem.algebra.numbers import fractions
from refmem.laws.exact import assert_same
from refmem.rules.regression.least_squares import Moments
from tests.rules.hand import S0, column, k, q, v


@pytest.mark.parametrize("form", least_squares.forms)
def test_least_squares_by_hand(form):
    # H1 = I/2 + [1 1; 1 1], G1 = (1, 2) + 1 (1, 1) = (2, 3); half the ridge is left: [2 1; 1 2]
    # its solution is (2 2 - 3, -2 + 2 3)/3 = (1/3, 4/3)            o1 = 1/3
    # H2 = H1/2 + [1 1; 1 1], G2 = (1, 3/2) + 3 (1, 1) = (4, 9/2); a quarter is left: 1/2 [4 3; 3 4]
    # its solution is (5/7, 12/7)                                   o2 = 5/7 + 24/7 = 29/7
    start = Moments(fractions([[1, 0], [0, 1]]), S0, fractions([1]))
    got = least_squares(q, k, v, fractions(1), fractions([0.5, 0.5]), state=start, form=form)
    moments = Moments(fractions([[7, 6], [6, 7]]) / 4, column(4, 4.5), fractions([0.25]))
    out = column(Fraction(1, 3), Fraction(29, 7))
    assert_same(got, Result(out, moments), f"least_squares.{form}")
