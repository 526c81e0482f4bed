from refmem import Result, longhorn
from refmem.algebra.numbers import fractions
from refmem.laws.exact import assert_same
from tests.rules.hand import S0, column, k, q, v


def test_longhorn_by_hand():
    # |k|^2 = 2, so the rate is 1/2 / (1 + 1) = 1/4, and k^2 = (1, 1)
    # S1 = 3/4 (2, 4) + 1/4 (1) (1, 1) = (7/4, 13/4)                o1 = 7/4
    # S2 = 3/4 S1 + 1/4 (3) (1, 1) = (33/16, 51/16)                 o2 = 33/16 + 102/16 = 135/16
    got = longhorn(q, k, v, fractions([[0.5], [0.5]]), state=S0)
    assert_same(got, Result(column(1.75, 8.4375), column(2.0625, 3.1875)), "longhorn")
