from refmem import Result, rebased
from refmem.algebra.numbers import fractions
from refmem.laws.exact import assert_same
from tests.rules.hand import column, k, q, v

S0 = fractions([[3, 1], [0, 0], [0, 0]])


def test_rebased_by_hand():
    # k' = (2, 1) * (1, 1) + (0, 1) = (2, 2), features k'1^2, k'1 k'2, k'2^2 = (4, 4, 4)
    # q1' = (1, 0) + (0, -1) = (1, -1) weighs (2 - 2)^2 = 0      o1 = 3/1
    # q2' = (1, 2) + (0, -1) = (1, 1) weighs (2 + 2)^2 = 16      o2 = (3 + 16 * 4)/(1 + 16 * 2)
    affine = fractions([[1, 1], [0, -1], [2, 1], [0, 1]])
    got = rebased(q, k, v, *affine, state=S0)
    state = fractions([[19, 9], [16, 8], [16, 8]])
    assert_same(got, Result(column(3, 0) + column(0, 67) / 33, state), "rebased")
