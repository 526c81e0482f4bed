from fractions import Fraction

from refmem import Result, titans_mlp
from refmem.algebra.numbers import fractions
from refmem.rules.regression._titans_layers import Learner
from tests.exact import assert_same
from tests.rules.hand import column


def test_titans_mlp_by_hand():
    # squared activation, k = 1, both weights 1: h = 1, y = 1, no error, so C stays 0
    # W1 = W2 = 1/2, h = 1/2, o1 = 1/4 1/2 = 1/8
    # y = 1/8, d2 = 2 (1/8 - 3) = -23/4, d1 = 2 1/2 1/2 d2 = -23/8
    # C1 = 23/32, C2 = -1/4 1/4 d2 = 23/64, W1 = 1/4 + C1 = 31/32, W2 = 1/4 + C2 = 39/64
    # o2 = (31/32)^2 39/64 = 37479/65536
    one, half, quarter = column(1), fractions([0.5, 0.5]), fractions([0.25, 0.25])
    q = k = column(1, 1)
    got = titans_mlp(q, k, column(1, 3), half, half, quarter, one, one, activation="square")
    C1, C2 = column(Fraction(23, 32)), column(Fraction(23, 64))
    W1, W2 = column(Fraction(31, 32)), column(Fraction(39, 64))
    after = Learner(W1, W2, C1, C2, W1, W2, fractions([1]))
    assert_same(got, Result(column(0.125, Fraction(37479, 65536)), after), "titans_mlp")
