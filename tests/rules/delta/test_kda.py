from refmem import Result, kda
from refmem.algebra.numbers import fractions
from refmem.laws.degree import degree
from refmem.laws.exact import assert_same
from tests.rules.hand import S0, column, k, q, v


def test_kda_by_hand():
    # S' = (1/2 * 2, 1 * 4) = (1, 4) recalls 5, error 1 - 5 = -4
    # S1 = (1, 4) + 1/2 (-4) (1, 1) = (-1, 2)                    o1 = -1
    # S' = (0 * -1, 1/2 * 2) = (0, 1) recalls 1, error 3 - 1 = 2
    # S2 = (0, 1) + 1/4 (2) (1, 1) = (1/2, 3/2)                  o2 = 1/2 + 3 = 7/2
    alpha, beta = fractions([[0.5, 1], [0, 0.5]]), fractions([0.5, 0.25])
    got = kda(q, k, v, alpha, beta, state=S0)
    assert_same(got, Result(column(-1, 3.5), column(0.5, 1.5)), "kda")


def test_the_degree_of_kda():
    assert [degree(kda, T) for T in (1, 3)] == [
        4 * T + 2 for T in (1, 3)
    ]  # q (beta k alpha k)^T S0
