from refmem import Result, eda
from refmem.algebra.numbers import fractions
from refmem.laws.exact import assert_same
from tests.rules.hand import S0, column, k, q, v


def test_eda_by_hand():
    # S' = (1, 4); e = (1, 0) recalls 1:   S'' = (1, 4) - 1/2 (1, 0) = (1/2, 4)
    # k recalls 9/2, error -7/2:           S1 = S'' - 7/4 (1, 1) = (-5/4, 9/4)        o1 = -5/4
    # S' = (-5/4, 9/8); e = (0, 2) recalls 9/4:   S'' = S' - 1/4 9/4 (0, 2) = (-5/4, 0)
    # k recalls -5/4, error 17/4:          S2 = S'' + 17/8 (1, 1) = (7/8, 17/8)       o2 = 41/8
    alpha, e = fractions([[0.5, 1], [1, 0.5]]), fractions([[1, 0], [0, 2]])
    beta, gamma = fractions([0.5, 0.5]), fractions([0.5, 0.25])
    want = Result(column(-1.25, 5.125), column(0.875, 2.125))
    assert_same(eda(q, k, v, alpha, beta, e, gamma, state=S0), want, "eda")
