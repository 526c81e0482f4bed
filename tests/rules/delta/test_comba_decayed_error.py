from refmem import Result, comba_decayed_error
from refmem.algebra.numbers import fractions
from refmem.laws.exact import assert_same
from tests.rules.hand import S0, column, k, q, v


def test_comba_decayed_error_by_hand():
    # S' = 1/2 (2, 4) = (1, 2); p = (1, 0) recalls 1, error 0: S1 = (1, 2)       o1 = 1
    # S' = (1/2, 1); p recalls 1/2, error 5/2: S2 = S' + 5/8 (1, 1) = (9/8, 13/8)
    #                                                                            o2 = 35/8
    alpha, beta, p = fractions([0.5, 0.5]), fractions([0.5, 0.25]), fractions([[1, 0]] * 2)
    got = comba_decayed_error(q, k, v, alpha, beta, p, state=S0)
    assert_same(got, Result(column(1, 4.375), column(1.125, 1.625)), "comba_decayed_error")
