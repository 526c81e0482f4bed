from refmem import Result, gated_delta
from refmem.algebra.numbers import fractions
from refmem.laws.degree import degree
from refmem.laws.exact import assert_same
from tests.rules.hand import S0, column, k, q, v


def test_gated_delta_by_hand():
    # S' = 1/2 (2, 4) = (1, 2) recalls 3, error 1 - 3 = -2
    # S1 = (1, 2) + 1/2 (-2) (1, 1) = (0, 1)                     o1 = 0
    # S' = 1/2 (0, 1) recalls 1/2, error 3 - 1/2 = 5/2
    # S2 = (0, 1/2) + 1/4 (5/2) (1, 1) = (5/8, 9/8)              o2 = 5/8 + 18/8 = 23/8
    got = gated_delta(q, k, v, fractions([0.5, 0.5]), fractions([0.5, 0.25]), state=S0)
    assert_same(got, Result(column(0, 2.875), column(0.625, 1.125)), "gated_delta")


def test_the_degree_of_gated_delta():
    assert [degree(gated_delta, T) for T in (1, 3)] == [
        4 * T + 2 for T in (1, 3)
    ]  # q (beta k alpha k)^T S0
