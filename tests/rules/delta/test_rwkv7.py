from refmem import Result, rwkv7
from refmem.algebra.numbers import fractions
from refmem.laws.exact import assert_same
from tests.rules.hand import S0, column, k, q, v


def test_rwkv7_by_hand():
    # kappa = (1, 0) recalls 2 of (2, 4); w = (1/2, 1), a kappa = (1/2, 0)
    # S1 = (1, 4) - 2 (1/2, 0) + 1 (1, 1) = (1, 5)     o1 = 1 + bonus (1, 0) . (1, 0) 1 = 2
    # kappa recalls 1: S2 = (1/2, 5) - (1/2, 0) + 3 (1, 1) = (3, 8)
    #                                                  o2 = 3 + 16 + (1, 2) . (1, 0) 3 = 22
    w, kappa = fractions([[0.5, 1]] * 2), fractions([[1, 0]] * 2)
    a, rho = fractions([[0.5, 1]] * 2), fractions([1, 0])
    got = rwkv7(q, w, k, v, kappa, a, rho, state=S0)
    assert_same(got, Result(column(2, 22), column(3, 8)), "rwkv7")


def test_without_rho_there_is_no_bonus():
    # as above, less the bonuses 1 and 3
    w, kappa, a = fractions([[0.5, 1]] * 2), fractions([[1, 0]] * 2), fractions([[0.5, 1]] * 2)
    assert_same(rwkv7(q, w, k, v, kappa, a, state=S0).out, column(1, 19), "rwkv7 without rho")
