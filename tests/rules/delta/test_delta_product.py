from refmem import Result, delta_product
from refmem.algebra.numbers import fractions
from refmem.laws.exact import assert_same
from tests.rules.hand import S0, column, k, q, v


def test_delta_product_by_hand():
    # the two tokens of delta's example as two steps of one token, read by q = (1, 2) after both:
    # (2, 4) recalls 6, error 1 - 6 = -5: (2, 4) + 1/2 (-5) (1, 1) = (-1/2, 3/2)
    # it recalls 1, error 3 - 1 = 2:      S1 = (-1/2, 3/2) + 1/4 (2) (1, 1) = (0, 2)    o1 = 4
    got = delta_product(q[1:], k, v, fractions([0.5, 0.25]), state=S0)
    assert_same(got, Result(column(4), column(0, 2)), "delta_product")
