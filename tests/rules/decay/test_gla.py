from refmem import Result, gla
from refmem.algebra.numbers import fractions
from refmem.laws.degree import degree
from refmem.laws.exact import assert_same
from tests.rules.hand import S0, column, k, q, v


def test_gla_by_hand():
    # S1 = (1/2 * 2, 1 * 4) + 1 (1, 1) = (2, 5)        o1 = 2
    # S2 = (0 * 2, 1/2 * 5) + 3 (1, 1) = (3, 11/2)     o2 = 3 + 11 = 14
    got = gla(q, k, v, fractions([[0.5, 1], [0, 0.5]]), state=S0)
    assert_same(got, Result(column(2, 14), column(3, 5.5)), "gla")


def test_the_degree_of_gla():
    assert [degree(gla, T) for T in (1, 3)] == [T + 2 for T in (1, 3)]  # q alpha^T S0
