from refmem import Result, titans_decayed_error
from refmem.algebra.numbers import fractions
from refmem.laws.exact import assert_same
from refmem.rules.regression.titans_decayed_error import Learner
from tests.rules.hand import S0, column, k, q, v


def test_titans_decayed_error_by_hand():
    # S' = (1, 2) recalls 3: gradient 2 (3 - 1) (1, 1), C1 = 1/2 (2, 0) - (1, 1) = (0, -1)
    # S1 = S' + C1 = (1, 1)                                         o1 = 1
    # S' = (1/2, 1/2) recalls 1: gradient -4 (1, 1), C2 = 1/2 C1 + (1, 1) = (1, 1/2)
    # S2 = S' + C2 = (3/2, 1)                                       o2 = 7/2
    half, quarter = fractions([0.5, 0.5]), fractions([0.25, 0.25])
    start = Learner(S0, column(2, 0))
    got = titans_decayed_error(q, k, v, half, half, quarter, state=start)
    after = Learner(column(1.5, 1), column(1, 0.5))
    assert_same(got, Result(column(1, 3.5), after), "titans_decayed_error")
