from refmem import Result, taylor_attention
from refmem.algebra.numbers import fractions
from refmem.laws.exact import assert_same
from tests.rules.hand import column, k, q, v

S0 = fractions([[2, 1]] + 5 * [[0, 0]])


def test_taylor_attention_by_hand():
    # The rows of S: 1, k1, k2, k1^2, k1 k2, k2^2; all features of (1, 1) are 1.
    # q1 . k = 1 weighs 1 + 1 + 1/2 = 5/2       o1 = (2 + 5/2 * 1)/(1 + 5/2) = 9/7
    # q2 . k = 3 weighs 1 + 3 + 9/2 = 17/2      o2 = (2 + 17/2 * 4)/(1 + 17/2 * 2) = 36/18
    got = taylor_attention(q, k, v, state=S0)
    assert_same(got, Result(column(9, 14) / 7, S0 + fractions([4, 2])), "taylor_attention")


def test_without_a_normaliser():
    # o1 = 2 + 5/2 = 9/2       o2 = 2 + 17/2 * 4 = 36
    got = taylor_attention(q, k, v, state=S0[:, :1], normalize=False)
    assert_same(got, Result(column(4.5, 36), S0[:, :1] + 4), "taylor_attention")
