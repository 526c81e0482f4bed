from refmem import Result, iplr
from refmem.algebra.numbers import fractions
from refmem.laws.exact import assert_same
from tests.rules.hand import S0, column, k, q, v


def test_iplr_by_hand():
    # a = (1, 0) recalls 2 of (2, 4), b = (-1/2, 0):
    # S1 = (2, 4) + 2 (-1/2, 0) + 1 (1, 1) = (2, 5)              o1 = 2
    # a recalls 2:  S2 = (2, 5) + 2 (-1/2, 0) + 3 (1, 1) = (4, 8)   o2 = 4 + 16 = 20
    a, b = fractions([[1, 0], [1, 0]]), fractions([[-0.5, 0], [-0.5, 0]])
    got = iplr(q, k, v, a, b, state=S0)
    assert_same(got, Result(column(2, 20), column(4, 8)), "iplr")
