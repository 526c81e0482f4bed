from refmem import Result, comba
from refmem.algebra.numbers import fractions
from refmem.laws.degree import degree
from refmem.laws.exact import assert_same
from tests.rules.hand import S0, column, k, q, v


def test_comba_by_hand():
    # p = (1, 0) recalls 2 of (2, 4), error 1 - 2 = -1
    # S1 = 1/2 (2, 4) + 1/2 (-1) (1, 1) = (1/2, 3/2)             o1 = 1/2
    # p = (1, 0) recalls 1/2 of S1, error 3 - 1/2 = 5/2
    # S2 = 1/2 (1/2, 3/2) + 1/4 (5/2) (1, 1) = (7/8, 11/8)       o2 = 7/8 + 22/8 = 29/8
    alpha, beta = fractions([0.5, 0.5]), fractions([0.5, 0.25])
    got = comba(q, k, v, alpha, beta, fractions([[1, 0], [1, 0]]), state=S0)
    assert_same(got, Result(column(0.5, 3.625), column(0.875, 1.375)), "comba")


def test_the_degree_of_comba():
    assert [degree(comba, T) for T in (1, 3)] == [3 * T + 2 for T in (1, 3)]  # q (beta k p)^T S0
