from refmem import Result, rwkv6
from refmem.algebra.numbers import fractions
from refmem.laws.exact import assert_same
from tests.rules.hand import S0, column, k, q, v


def test_rwkv6_by_hand():
    # o1 = (1, 0) . ((2, 4) + 1 (1/2, 2)) = 5/2          S1 = (1/2 * 2, 1 * 4) + 1 (1, 1) = (2, 5)
    # o2 = (1, 2) . ((2, 5) + 3 (1/2, 2)) = 7/2 + 22     S2 = (0 * 2, 1/2 * 5) + 3 (1, 1)
    got = rwkv6(q, k, v, fractions([[0.5, 1], [0, 0.5]]), fractions([0.5, 2]), state=S0)
    assert_same(got, Result(column(2.5, 25.5), column(3, 5.5)), "rwkv6")
