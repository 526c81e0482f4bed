from refmem import Result, gradient_momentum_delta
from refmem.algebra.numbers import fractions
from refmem.laws.exact import assert_same
from refmem.rules.delta.gradient_momentum_delta import Momentum
from tests.rules.hand import S0, column, k, q, v


def test_gradient_momentum_delta_by_hand():
    # p = k/2 recalls 3 of (2, 4), error 1 - 3 = -2: C1 = 1/2 (2, 0) - 2 (1, 1) = (-1, -2)
    # S1 = 1/2 (2, 4) + 1/2 (-1, -2) = (1/2, 1)                     o1 = 1/2
    # p recalls 3/4, error 9/4: C2 = 1/2 (-1, -2) + 9/4 (1, 1) = (7/4, 5/4)
    # S2 = 1/2 (1/2, 1) + 1/2 (7/4, 5/4) = (9/8, 9/8)               o2 = 27/8
    half, one = fractions([0.5, 0.5]), fractions([1, 1])
    state = Momentum(S0, column(2, 0))
    got = gradient_momentum_delta(q, k, v, half, half, half, one, state=state)
    want = Result(column(0.5, 3.375), Momentum(column(1.125, 1.125), column(1.75, 1.25)))
    assert_same(got, want, "gradient_momentum_delta")
