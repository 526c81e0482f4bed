from fractions import Fraction

from refmem import Result, kalman_attention
from refmem.algebra.numbers import fractions
from refmem.laws.exact import assert_same
from refmem.rules.delta.kalman_attention import Sure
from tests.rules.hand import S0, column, k, q, v


def test_kalman_attention_by_hand():
    # alpha = (1/2, 1), drift = (3/4, 1), sure at first (1, 1): fade = (1, 2)
    # sure1 = (1, 1/2) + 2 (1, 1) = (3, 5/2);  sum1 = (1, 2) + 2 1 (1, 1) = (3, 4)       o1 = 1
    # fade = (1/4 + 9/4, 1 + 5/2) = (5/2, 7/2)
    # sure2 = (6/5, 5/7) + (1, 1) = (11/5, 12/7)
    # sum2 = (3/5, 8/7) + 3 (1, 1) = (18/5, 29/7)               o2 = 18/11 + 2 29/12 = 427/66
    alpha, drift = column(0.5, 1), column(0.75, 1)
    start = Sure(S0, column(1, 1))
    got = kalman_attention(q, k, v, column(2, 1), alpha, drift, state=start)
    last = Sure(
        fractions([[Fraction(18, 5)], [Fraction(29, 7)]]),
        fractions([[Fraction(11, 5)], [Fraction(12, 7)]]),
    )
    assert_same(got, Result(column(1, Fraction(427, 66)), last), "kalman_attention")
