from refmem import Result, delta
from refmem.algebra.numbers import fractions
from refmem.laws.degree import degree
from refmem.laws.exact import assert_same
from tests.rules.hand import S0, column, k, q, v


def test_delta_by_hand():
    # (2, 4) recalls 6, error 1 - 6 = -5: S1 = (2, 4) + 1/2 (-5) (1, 1) = (-1/2, 3/2)   o1 = -1/2
    # S1 recalls 1, error 3 - 1 = 2:      S2 = S1 + 1/4 (2) (1, 1) = (0, 2)             o2 = 4
    got = delta(q, k, v, fractions([0.5, 0.25]), state=S0)
    assert_same(got, Result(column(-0.5, 4), column(0, 2)), "delta")


def test_scale_multiplies_queries_only():
    beta = fractions([0.5, 0.25])
    got = delta(q, k, v, beta, state=S0, scale=3)
    assert_same(got, delta(3 * q, k, v, beta, state=S0), "delta(scale=3)")


def test_the_degree_of_delta():
    assert [degree(delta, T) for T in (1, 3)] == [3 * T + 2 for T in (1, 3)]  # q (beta k k)^T S0
