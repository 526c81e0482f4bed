from refmem import lact
from refmem.algebra import exp
from refmem.algebra.numbers import intervals
from refmem.laws.exact import assert_same


def test_lact_by_hand():
    # one channel of each, a chunk of one token, w0 = w1 = 2, w2 = -2
    # o1 = silu(2) (-2) 2, before anything is learned; silu(2) = 2 / (1 + e^-2)
    # silu'(2) > 0, so D0 = silu'(2) (-2) 2 1 < -2, D1 = silu(2) (-2) 1 < -2, D2 = silu(2) 2 1 > 2
    # all three weights change sign and are scaled back to length 2: -2, -2, 2
    # o2 = silu(-2) 2 (-2), with silu(-2) = -2 / (1 + e^2)
    q = k = one = intervals([[1], [1]])
    v, w = intervals([[1], [3]]), intervals([[2]])
    got = lact(q, k, v, *[one[:, 0]] * 3, w, w, -w, batch=1, eps=0)
    e2 = exp(intervals([2]))
    want = intervals([[-8], [8]]) / (1 + intervals([[1], [0]]) / e2 + intervals([[0], [1]]) * e2)
    assert_same(got.out, want, "lact")


def test_a_chunk_is_answered_by_what_came_before_it():
    q = k = one = intervals([[1], [1]])
    v, w = intervals([[1], [3]]), intervals([[2]])
    got = lact(q, k, v, *[one[:, 0]] * 3, w, w, -w, batch=2, eps=0)
    assert_same(got.out[:1], got.out[1:], "lact: both tokens of a chunk")


def test_momentum_is_the_mean_over_a_chunk():
    # zero rates in the second chunk: D = 1/2 (1/4 + 3/4) D1
    q = k = intervals([[1]] * 4)
    rate, m = intervals([1, 1, 0, 0]), intervals([0, 0, 0.25, 0.75])
    x = q, k, intervals([[1], [3], [1], [1]]), rate, rate, rate, *[intervals([[2]])] * 3
    first = lact(*(y[:2] if len(y) == 4 else y for y in x), batch=2, eps=0).state
    both = lact(*x, m, batch=2, eps=0).state
    assert_same(both.D1, first.D1 / 2, "lact: D1")
