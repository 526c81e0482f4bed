from fractions import Fraction

from refmem import Result, diagonal_kalman
from refmem.algebra.numbers import fractions
from refmem.laws.exact import assert_same
from refmem.rules.delta.diagonal_kalman import DiagonalBelief
from tests.rules.hand import S0, column, k, q, v


def test_diagonal_kalman_by_hand():
    # p' = 1/4 (4, 8) + (0, 1) = (1, 3); noise 2: g = (1, 3)/(4 + 2) = (1/6, 1/2)
    # S' = (1, 2) recalls 3, error -2:     S1 = (1, 2) - 2 (1/6, 1/2) = (2/3, 1)      o1 = 2/3
    # share 2: 1/p = (1, 1/3) + 2/2, so p1 = (1/2, 3/4)
    # p' = (1/2, 3/4) + (1/2, 1/4) = (1, 1); noise 1: g = (1/3, 1/3)
    # S1 recalls 5/3, error 4/3:           S2 = (2/3, 1) + 4/9 (1, 1) = (10/9, 13/9)  o2 = 4
    # 1/p = 1 + 2, so p2 = (1/3, 1/3)
    alpha, noise = fractions([0.5, 1]), fractions([2, 1])
    drift, share = fractions([[0, 1], [0.5, 0.25]]), fractions([2])[0]
    start = DiagonalBelief(S0, fractions([4, 8]))
    got = diagonal_kalman(q, k, v, alpha, drift, noise, share, state=start)
    third = Fraction(1, 3)
    belief = DiagonalBelief(column(10 * third / 3, 13 * third / 3), fractions([third, third]))
    assert_same(got, Result(column(2 * third, 4), belief), "diagonal_kalman")
