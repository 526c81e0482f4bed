from refmem import Result, hgrn2
from refmem.algebra.numbers import fractions
from refmem.laws.exact import assert_same
from tests.rules.hand import S0, column, q, v


def test_hgrn2_by_hand():
    # S1 = (1/2 * 2, 1 * 4) + 1 (1/2, 0) = (3/2, 4)      o1 = 3/2
    # S2 = (0 * 3/2, 1/2 * 4) + 3 (1, 1/2) = (3, 7/2)    o2 = 3 + 7 = 10
    got = hgrn2(q, v, fractions([[0.5, 1], [0, 0.5]]), state=S0)
    assert_same(got, Result(column(1.5, 10), column(3, 3.5)), "hgrn2")
