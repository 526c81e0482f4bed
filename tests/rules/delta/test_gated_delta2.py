from refmem import Result, gated_delta2
from refmem.algebra.numbers import fractions
from refmem.laws.degree import degree
from refmem.laws.exact import assert_same
from tests.rules.hand import S0, column, k, q, v


def test_gated_delta2_by_hand():
    # S' = (1/2 * 2, 1 * 4) = (1, 4); erase * k = (1, 0) recalls 1; error 1/2 * 1 - 1 = -1/2
    # S1 = (1, 4) - 1/2 (1, 1) = (1/2, 7/2)                                  o1 = 1/2
    # S' = (0 * 1/2, 1/2 * 7/2) = (0, 7/4); erase * k = (1/2, 1) recalls 7/4; error 3 - 7/4 = 5/4
    # S2 = (0, 7/4) + 5/4 (1, 1) = (5/4, 3)                                  o2 = 5/4 + 6 = 29/4
    alpha, erase = fractions([[0.5, 1], [0, 0.5]]), fractions([[1, 0], [0.5, 1]])
    got = gated_delta2(q, k, v, alpha, erase, fractions([[0.5], [1]]), state=S0)
    assert_same(got, Result(column(0.5, 7.25), column(1.25, 3)), "gated_delta2")


def test_the_degree_of_gated_delta2():
    assert [degree(gated_delta2, T) for T in (1, 3)] == [
        4 * T + 2 for T in (1, 3)
    ]  # q (k alpha erase k)^T S0
