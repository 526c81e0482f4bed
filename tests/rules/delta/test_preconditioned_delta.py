import flint

from refmem import Result, preconditioned_delta
from refmem.algebra.numbers import intervals
from refmem.laws.exact import assert_same
from refmem.rules.delta._preconditioning import Preconditioned
from tests.rules import hand


def test_preconditioned_delta_by_hand():
    # weight 1, fade 0: the moment is k^2 = 1, its log 0, so with center -1 the excess is 1,
    # and with base 4 keys write with the factor 4^(-1/2) = 1/2: (1/2, 1/2)
    # S' = (1, 2) recalls 3, error -2: S1 = S' + 1/2 (-2) (1/2, 1/2) = (1/2, 3/2)     o1 = 1/2
    # S' = (1/4, 3/4) recalls 1, error 2: S2 = S' + 1/4 (2) (1/2, 1/2) = (1/2, 1)     o2 = 5/2
    S0, q, k, v = (intervals(x) for x in (hand.S0, hand.q, hand.k, hand.v))
    half, beta, none, one = (intervals(x) for x in ([0.5, 0.5], [0.5, 0.25], [0, 0], [1, 1]))
    state = Preconditioned(intervals([[3, 3]]), S0)
    x = q, k, v, half, beta, none, one, flint.arb(-1)
    got = preconditioned_delta(*x, state=state, base=4, eps=0)
    want = Preconditioned(intervals([[1, 1]]), intervals([[0.5], [1]]))
    assert_same(got, Result(intervals([[0.5], [2.5]]), want), "preconditioned_delta")
