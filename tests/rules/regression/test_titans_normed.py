from refmem import Result, titans_normed
from refmem.algebra.numbers import intervals
from refmem.laws.exact import assert_same
from refmem.rules.regression.titans_normed import Learner


def test_titans_normed_by_hand():
    # S = [0 0; 1 -1] makes z = (1, -1) of k = (0, 1); eps = 3 makes its width 2: (1/2, -1/2)
    # target (2, -1): error (-3/2, 1/2), twice it less mean and norm over 2 is (-3/4, 3/4)
    # only the second row moves: C1 = 1/2 (1, -1) + 2/3 (3/4, -3/4) = (1, -1)
    # S1 = 1/2 (1, -1) + C1 = (3/2, -3/2); q = (0, 2/3) makes z = (1, -1)
    #     o1 = (0, 2/3) + (1/2, -1/2) = (1/2, 1/6)
    # second token of the batch, target (0, 1): slope (3/4, -3/4), C2 = 1/2 C1 - (1/2, -1/2) = 0
    # S2 = 1/2 S1 = (3/4, -3/4); q = (0, 4/3): o2 = (0, 4/3) + (1/2, -1/2) = (1/2, 5/6)
    S = intervals([[0, 0], [1, -1]])
    start = Learner(S, S, S, intervals([1, 0]))
    q, k = intervals([[0, 2], [0, 4]]) / 3, intervals([[0, 1], [0, 1]])
    v, half, theta = intervals([[2, 0], [0, 2]]), intervals([0.5, 0.5]), intervals([2, 2]) / 3
    got = titans_normed(q, k, v, half, half, theta, state=start, batch=2, eps=3)
    after = Learner(S * 3 / 4, 0 * S, S * 3 / 4, intervals([1, 0]))
    assert_same(got, Result(intervals([[3, 1], [3, 5]]) / 6, after), "titans_normed")
