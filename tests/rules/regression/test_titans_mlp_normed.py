from refmem import Result, titans_mlp_normed
from refmem.algebra.numbers import intervals
from refmem.rules.regression._titans_layers import Learner
from tests.exact import assert_same


def test_titans_mlp_normed_by_hand():
    # one hidden channel, no activation: W1 = (0, 1)', W2 = (1, -1): h = 1, z = (1, -1) of (0, 1);
    # eps = 3 makes its width 2. Both tokens of the batch start there.
    # target (2, -1): d2 = (-3/4, 3/4), d1 = (1, -1) . d2 = -3/2; theta = 2/3:
    #     C1 = (0, 1)', C2 = (1/2, -1/2); W1 = (0, 3/2)', W2 = (1, -1)
    #     q = (0, 2/3): h = 1, z = (1, -1): o1 = (0, 2/3) + (1/2, -1/2)
    # target (0, 1): d2 = (3/4, -3/4), d1 = 3/2:
    #     C1 = (0, 1/2 - 1)', C2 = (1/4 - 1/2) (1, -1); W1 = (0, 1/4)', W2 = 1/4 (1, -1)
    #     q = (0, 16): h = 4, z = (1, -1): o2 = (0, 16) + (1/2, -1/2)
    w1, w2 = intervals([[0], [1]]), intervals([[1, -1]])
    q, k = intervals([[0, 2], [0, 48]]) / 3, intervals([[0, 1], [0, 1]])
    v, half, theta = intervals([[2, 0], [0, 2]]), intervals([0.5, 0.5]), intervals([2, 2]) / 3
    x = q, k, v, half, half, theta, w1, w2
    got = titans_mlp_normed(*x, batch=2, eps=3, activation="identity")
    place = intervals([1, 0])
    after = Learner(w1 / 4, w2 / 4, -w1 / 2, -w2 / 4, w1 / 4, w2 / 4, place)
    assert_same(got, Result(intervals([[3, 1], [3, 93]]) / 6, after), "titans_mlp_normed")
