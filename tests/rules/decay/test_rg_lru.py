import numpy as np

from refmem import Result, rg_lru
from refmem.laws.exact import assert_same
from tests.rules.hand import symbolic


def test_rg_lru_by_hand():
    # softplus(log(3)) = log(4) and r = 1/16, 1/8 log(4)(...)
    # 8 r softplus: 8 1/16 log(4) = log(2), so a = 1/2, and 8 1/8 log(4) = log(4), so a = 1/4
    # h1 = 1/2 4 + sqrt(3)/2 1/2 8 = 2 + 2 sqrt(3)
    # h2 = 1/4 h1 + sqrt(15)/4 1 2 = 1/2 + sqrt(3)/2 + sqrt(15)/2
    x, r, i = symbolic([[8], [2]]), symbolic([["1/16"], ["1/8"]]), symbolic([["1/2"], [1]])
    got = rg_lru(x, r, i, symbolic(["log(3)"]), state=symbolic([[4]]))
    out = symbolic([["2 + 2*sqrt(3)"], ["1/2 + sqrt(3)/2 + sqrt(15)/2"]])
    assert_same(got, Result(out, out[1:]), "rg_lru")


def test_what_is_lost_of_almost_nothing_is_not_zero():
    """1 - exp(-8 r log 2)^2 is 16 r log 2 there, which a difference would round to zero."""
    one, r = np.ones((1, 1)), np.full((1, 1), 2.0**-80)
    (h,) = rg_lru(one, r, one, np.zeros(1)).out
    assert h[0] == np.sqrt(16 * np.log(2)) * 2.0**-40
