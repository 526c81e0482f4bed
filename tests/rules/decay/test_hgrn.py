from refmem import Result, hgrn
from refmem.algebra.numbers import fractions
from refmem.laws.exact import assert_same
from tests.rules.hand import column


def test_hgrn_by_hand():
    # h1 = 1/2 * 2 + 1/2 * 1 = 3/2
    # h2 = 3/4 * 3/2 + 1/4 * 3 = 15/8
    got = hgrn(column(0.5, 0.75), column(1, 3), state=fractions([[2]]))
    assert_same(got, Result(column(1.5, 1.875), fractions([[1.875]])), "hgrn")
