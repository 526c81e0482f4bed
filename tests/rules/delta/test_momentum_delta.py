from refmem import Result, momentum_delta
from refmem.algebra.numbers import fractions
from refmem.laws.exact import assert_same
from refmem.rules.delta.momentum_delta import Momentum
from tests.rules.hand import S0, column, k, q, v


def test_momentum_delta_by_hand():
    # C1 = 1/2 (2, 0) + 1 (1, 1) = (2, 1); (2, 4) recalls 6:
    # S1 = (2, 4) - 6 (1, 1) + (2, 1) = (-2, -1)                    o1 = -2
    # C2 = 1/2 (2, 1) + 3 (1, 1) = (4, 7/2); S1 recalls -3:
    # S2 = (-2, -1) + 3 (1, 1) + (4, 7/2) = (5, 11/2)               o2 = 5 + 11 = 16
    got = momentum_delta(q, k, v, fractions([0.5, 0.5]), state=Momentum(S0, column(2, 0)))
    want = Result(column(-2, 16), Momentum(column(5, 5.5), column(4, 3.5)))
    assert_same(got, want, "momentum_delta")
