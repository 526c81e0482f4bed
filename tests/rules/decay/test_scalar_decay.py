from refmem import Result, scalar_decay
from refmem.algebra.numbers import fractions
from refmem.laws.degree import degree
from refmem.laws.exact import assert_same
from tests.rules.hand import S0, column, k, q, v


def test_scalar_decay_by_hand():
    # S1 = 1/2 (2, 4) + 1 (1, 1) = (2, 3)              o1 = 2
    # S2 = 1/4 (2, 3) + 3 (1, 1) = (7/2, 15/4)         o2 = 7/2 + 15/2 = 11
    got = scalar_decay(q, k, v, fractions([0.5, 0.25]), state=S0)
    assert_same(got, Result(column(2, 11), column(3.5, 3.75)), "scalar_decay")


def test_the_degree_of_scalar_decay():
    assert [degree(scalar_decay, T) for T in (1, 3)] == [T + 2 for T in (1, 3)]  # q alpha^T S0
