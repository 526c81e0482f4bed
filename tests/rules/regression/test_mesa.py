from fractions import Fraction

import pytest

from refmem import Result, mesa
from refmem.algebra.numbers import fractions
from refmem.laws.draws import sample
from refmem.laws.exact import assert_same
from refmem.laws.systems import RATIONALS
from refmem.rules.regression.mesa import Moments
from tests.rules.hand import S0, column, k, q, v

FORMS = pytest.mark.parametrize("form", mesa.forms)


@FORMS
def test_mesa_by_hand(form):
    # H1 = I/2 + [1 1; 1 1], G1 = (1, 2) + 1 (1, 1) = (2, 3); with the ridge: [2 1; 1 2]
    # its solution is (2 2 - 3, -2 + 2 3)/3 = (1/3, 4/3)            o1 = 1/3
    # H2 = H1/2 + [1 1; 1 1], G2 = (1, 3/2) + 3 (1, 1) = (4, 9/2); the matrix is 1/4 [9 6; 6 9]
    # its solution is (4/5, 22/15)                                  o2 = 4/5 + 44/15 = 56/15
    start = Moments(fractions([[1, 0], [0, 1]]), S0)
    alpha, beta, lam = fractions([0.5, 0.5]), fractions([1, 1]), fractions([0.5, 0.5])
    got = mesa(q, k, v, alpha, beta, lam, state=start, form=form)
    moments = Moments(fractions([[7, 6], [6, 7]]) / 4, column(4, 4.5))
    assert_same(got, Result(column(Fraction(1, 3), Fraction(56, 15)), moments), "mesa")


def test_fewer_iterations_than_channels_are_not_exact():
    x = sample(mesa, RATIONALS, T=3, K=2)
    exact, rough = mesa(**x), mesa(**x | {"iterations": 1}, form="conjugate_gradients")
    assert (exact.out != rough.out).all()
