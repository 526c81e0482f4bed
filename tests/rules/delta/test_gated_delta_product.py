from refmem import Result, gated_delta_product
from refmem.algebra.numbers import fractions
from refmem.laws.exact import assert_same
from tests.rules.hand import S0, column, k, q, v


def test_gated_delta_product_by_hand():
    # one token of two steps, read by q = (1, 2) after both; (2, 4) is halved once, to (1, 2)
    # it recalls 3, error 1 - 3 = -2: (1, 2) + 1/2 (-2) (1, 1) = (0, 1)
    # it recalls 1, error 3 - 1 = 2:  S1 = (0, 1) + 1/4 (2) (1, 1) = (1/2, 3/2)         o1 = 7/2
    alpha, beta = fractions([0.5]), fractions([0.5, 0.25])
    got = gated_delta_product(q[1:], k, v, alpha, beta, state=S0)
    assert_same(got, Result(column(3.5), column(0.5, 1.5)), "gated_delta_product")
