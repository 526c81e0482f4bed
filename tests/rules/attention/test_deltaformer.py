from refmem import deltaformer
from refmem.algebra.numbers import intervals
from refmem.laws.exact import assert_enclosures_overlap
from refmem.memory import Cache
from tests.rules.attention.hand import asking, k, ratios


def test_deltaformer_by_hand():
    # token 1: w sees only the cached pair, u = 1:    u1 = 1*4 - 1/2 * 1 = 7/2
    #          read: cached 1, itself 2:              o1 = (1*1 + 2*7/2) / 3 = 8/3
    # token 2: w weighs cached 1, token 1 3:          u2 = 2*2 - 1 * (1 + 3*7/2)/4 = 9/8
    #          read: all alike:                       o2 = (1 + 7/2 + 9/8) / 3 = 15/8
    past = Cache(intervals([[0, 0]]), intervals([[1]]))
    v, beta, alpha = intervals([[4], [2]]), intervals([0.5, 1]), intervals([1, 2])
    out, state = deltaformer(asking(2, 1), k, v, alpha, beta, asking(2, 3), state=past, scale=1)
    assert_enclosures_overlap(out, ratios((8, 3), (15, 8)), "deltaformer")
    assert_enclosures_overlap(state.value, ratios((1, 1), (7, 2), (9, 8)), "deltaformer: u")
