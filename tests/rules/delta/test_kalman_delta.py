from fractions import Fraction

from refmem import Result, kalman_delta
from refmem.algebra.numbers import fractions
from refmem.laws.exact import assert_same
from refmem.rules.delta.kalman_delta import Belief
from tests.rules.hand import S0, column, k, q, v


def test_kalman_delta_by_hand():
    # alpha = 1/2, drift 3/4: P' = I/4 + 3/4 I = I, and P' k = (1, 1), gain (1, 1)/(2 + 1)
    # S' = (1, 2) recalls 3, error -2: S1 = (1, 2) - 2/3 (1, 1) = (1/3, 4/3)    o1 = 1/3
    # P1 = I - 1/3 [1 1; 1 1] = 1/3 [2 -1; -1 2]
    # P' = P1/4 + 3/4 I = 1/12 [11 -1; -1 11], P' k = (5/6, 5/6), gain 5/6 / (5/3 + 1) = 5/16
    # S' = (1/6, 2/3) recalls 5/6, error 13/6: S2 = S' + 65/96 (1, 1) = (27/32, 43/32)
    # P2 = P' - 25/96 [1 1; 1 1] = 1/32 [21 -11; -11 21]            o2 = 27/32 + 86/32 = 113/32
    identity = fractions([[1, 0], [0, 1]])
    alpha, drift, noise = fractions([0.5] * 2), fractions([[0.75] * 2] * 2), fractions([1, 1])
    got = kalman_delta(q, k, v, alpha, drift, noise, state=Belief(S0, identity))
    covariance = fractions([[21, -11], [-11, 21]]) / 32
    out = column(Fraction(1, 3), 3.53125)
    assert_same(got, Result(out, Belief(column(0.84375, 1.34375), covariance)), "kalman_delta")
