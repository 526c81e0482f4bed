from refmem import Result, generalized_delta
from refmem.algebra.numbers import fractions
from refmem.laws.degree import degree
from refmem.laws.exact import assert_same
from tests.rules.hand import S0, column, k, q, v


def test_generalized_delta_by_hand():
    # a = (1, 0) recalls 2 of (2, 4), b = (1, 1)
    # S1 = (1/2 * 2, 1 * 4) + 2 (1, 1) + 1 (1, 1) = (4, 7)       o1 = 4
    # a = (0, 1) recalls 7 of S1, b = (-1, 0)
    # S2 = (0 * 4, 1/2 * 7) + 7 (-1, 0) + 3 (1, 1) = (-4, 13/2)  o2 = -4 + 13 = 9
    alpha, a = fractions([[0.5, 1], [0, 0.5]]), fractions([[1, 0], [0, 1]])
    got = generalized_delta(q, k, v, alpha, a, fractions([[1, 1], [-1, 0]]), state=S0)
    assert_same(got, Result(column(4, 9), column(-4, 6.5)), "generalized_delta")


def test_the_degree_of_generalized_delta():
    assert [degree(generalized_delta, T) for T in (1, 3)] == [
        2 * T + 2 for T in (1, 3)
    ]  # q (b a)^T S0
