from refmem import Result, ttt_mlp
from refmem.algebra.numbers import intervals
from refmem.laws.exact import assert_same
from refmem.rules.regression.ttt_mlp import Learner


def test_ttt_mlp_by_hand():
    # one hidden channel, no activation: W1 = (0, 1, 0)', W2 = [1 -1; 0 0]. h = 1, z = (1, -1) of k;
    # eps = 3 makes its width 2. Both tokens of the batch start there.
    # target (2, -1), eta = 4/3: d2 = (-1/2, 1/2), d1 = (1, -1) . d2 = -1
    #     W1 = (0, 1, 0) + (0, 1, 1), W2 = [1 -1; 0 0] + [1/2 -1/2; 1/2 -1/2]
    #     q = (0, -1/3): h = 1/3, z = (1, -1): o1 = (0, -1/3) + (1/2, -1/2)
    # target (0, 1): d2 = (1/2, -1/2), d1 = 1, and both layers are where they began
    #     q = (0, 1): o2 = (0, 1) + (1/2, -1/2)
    w1, b1, w2, b2 = (intervals(x) for x in ([[0], [1]], [0], [[1, -1]], [0, 0]))
    q, k = intervals([[0, -1], [0, 3]]) / 3, intervals([[0, 1], [0, 1]])
    v, eta = intervals([[2, 0], [0, 2]]), intervals([4, 4]) / 3
    x = q, k, v, eta, w1, b1, w2, b2
    got = ttt_mlp(*x, batch=2, eps=3, activation="identity")
    W1, W2 = intervals([[0], [1], [0]]), intervals([[1, -1], [0, 0]])
    after = Learner(W1, W2, 0 * W1, 0 * W2, intervals([1, 0]))
    assert_same(got, Result(intervals([[3, -5], [3, 3]]) / 6, after), "ttt_mlp")
