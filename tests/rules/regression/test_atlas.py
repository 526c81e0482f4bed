from refmem import Result, atlas
from refmem.algebra.numbers import intervals
from refmem.laws.exact import assert_same
from refmem.rules.regression.atlas import Windowed, newton_schulz
from tests.rules import hand


def test_atlas_by_hand():
    # (2, 4) recalls 6: gradient (10, 10), C1 = 1/2 (-14, -12) + (10, 10) = (3, 4) of length 5
    # one iteration on a column x of length 1 gives (a + b + c) x, here 0.701 x
    # S1 = 1/2 (2, 4) - 0.701 (3/5, 4/5) = (0.5794, 1.4392)         o1 = 0.5794
    # the second token does not count and C2 = C1:
    # S2 = 1/2 S1 - 0.701 (3/5, 4/5) = (-0.1309, 0.1588)            o2 = 0.1867
    S0, q, k, v = (intervals(x) for x in (hand.S0, hand.q, hand.k, hand.v))
    start = Windowed(S0, intervals([[-14], [-12]]), k[:1], v[:1])
    half, one, theta = intervals([0.5, 0.5]), intervals([1, 1]), intervals([0.5, 1])
    x = q, k, v, half, one, theta, intervals([[1], [0]])
    got = atlas(*x, state=start, iterations=1)
    after = Windowed(intervals([[-1309], [1588]]) / 10000, intervals([[3], [4]]), k[1:], v[1:])
    assert_same(got, Result(intervals([[5794], [1867]]) / 10000, after), "atlas")


def test_no_momentum_is_no_step():
    assert_same(newton_schulz(intervals([[0], [0]]), 5), intervals([[0], [0]]), "newton_schulz")
