import numpy as np

from refmem import Result, retention
from refmem.algebra.numbers import fractions
from refmem.laws.degree import degree
from refmem.laws.exact import assert_same
from tests.rules.hand import S0, column, k, q, v


def test_retention_by_hand():
    # S1 = 1/2 (2, 4) + 1 (1, 1) = (2, 3)          o1 = 2
    # S2 = 1/2 (2, 3) + 3 (1, 1) = (4, 9/2)        o2 = 4 + 9 = 13
    got = retention(q, k, v, fractions(0.5), state=S0)
    assert_same(got, Result(column(2, 13), column(4, 4.5)), "retention")


def test_heads_forget_slower_one_after_another():
    # without a write, S1 = gamma S0: 1 - 1/32, 1 - 1/64, 1 - 1/128
    heads = np.ones((3, 1, 1))
    got = retention(heads, heads * 0, heads, state=np.ones((1, 1))).state[:, 0, 0]
    assert_same(got, np.array([31 / 32, 63 / 64, 127 / 128]), "gamma")


def test_without_heads_there_is_the_first():
    one = np.ones((1, 1))
    assert_same(retention(one, one * 0, one, state=one).state, one * (31 / 32), "gamma")


def test_the_degree_of_retention():
    assert [degree(retention, T) for T in (1, 3)] == [T + 2 for T in (1, 3)]  # q gamma^T S0
