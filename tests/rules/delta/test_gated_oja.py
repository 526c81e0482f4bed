from refmem import Result, gated_oja
from refmem.algebra.numbers import fractions
from refmem.laws.exact import assert_same
from tests.rules.hand import S0, column, k, q, v


def test_gated_oja_by_hand():
    # S' = 1/2 (2, 4) = (1, 2); S' v = (1, 2), error (1, 1) - (1, 2) = (0, -1)
    # S1 = (1, 2) + 1/2 (0, -1) 1 = (1, 3/2)                        o1 = 1
    # S' = (1/2, 3/4); S' v = (3/2, 9/4), error (-1/2, -5/4)
    # S2 = S' + 1/4 (-1/2, -5/4) 3 = (1/8, -3/16)                   o2 = 1/8 - 3/8 = -1/4
    alpha, beta = fractions([[0.5], [0.5]]), fractions([0.5, 0.25])
    got = gated_oja(q, k, v, alpha, beta, state=S0)
    assert_same(got, Result(column(1, -0.25), column(0.125, -0.1875)), "gated_oja")
