from refmem import Result, implicit_delta
from refmem.algebra.numbers import fractions
from refmem.laws.exact import assert_same
from tests.rules.hand import S0, column, k, q, v


def test_implicit_delta_by_hand():
    # |k|^2 = 2, so the rate is 1/2 / (1 + 1) = 1/4
    # (2, 4) recalls 6, error -5:      S1 = (2, 4) - 5/4 (1, 1) = (3/4, 11/4)        o1 = 3/4
    # S1 recalls 7/2, error -1/2:      S2 = S1 - 1/8 (1, 1) = (5/8, 21/8)            o2 = 47/8
    got = implicit_delta(q, k, v, fractions([0.5, 0.5]), state=S0)
    assert_same(got, Result(column(0.75, 5.875), column(0.625, 2.625)), "implicit_delta")
