from refmem import Result, power_attention
from refmem.algebra.numbers import fractions
from refmem.laws.exact import assert_same
from tests.rules.hand import column, k, q, v

S0 = fractions([[2, 1], [0, 0], [4, 1]])


def test_power_attention_by_hand():
    # The rows of S: k1^2, k1 k2, k2^2; all features of (1, 1) are 1.
    # q1 = (1, 0) reads (1, 0, 0) of S0: [2 1]; k weighs 1      o1 = (2 + 1)/(1 + 1) = 3/2
    # q2 = (1, 2) reads (1, 4, 4) of S0: [18 5]; k weighs 9     o2 = (18 + 9 * 4)/(5 + 18) = 54/23
    got = power_attention(q, k, v, state=S0)
    want = column(1.5, 0) + column(0, 54) / 23
    assert_same(got, Result(want, fractions([[6, 3], [4, 2], [8, 3]])), "power_attention")


def test_no_weight_reads_zero():
    # (1, -1) . (1, 1) = 0
    got = power_attention(fractions([[1, -1], [1, -1]]), k, v).out
    assert_same(got, column(0, 0), "power_attention")
