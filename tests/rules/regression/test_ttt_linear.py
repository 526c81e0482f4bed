from refmem import Result, ttt_linear
from refmem.algebra.numbers import intervals
from refmem.laws.exact import assert_same
from refmem.rules.regression.ttt_linear import Learner


def test_ttt_linear_by_hand():
    # W = [0 0; 1/2 -1/2; 1/2 -1/2] makes z = (1, -1) of [0, 1, 1]; eps = 3 makes its width 2,
    # so the norm (1/2, -1/2). Both tokens of the batch start there.
    # target (2, 0) - (0, 1): error (-3/2, 1/2), less mean and norm (-3/4, 3/4), over 2: (-3/8, 3/8)
    # eta = 4/3: the last two rows of W gain (1/2, -1/2); [1, 0, 1] makes z = (1, -1)
    #     o1 = (1, 0) + (1/2, -1/2) = (3/2, -1/2)
    # target (0, 2) - (0, 1): error (1/2, -3/2), slope (3/8, -3/8)
    # eta = 8/3: the last two rows lose (1, -1) and are zero, so z = 0 and o2 = q2
    W = intervals([[0, 0], [0.5, -0.5], [0.5, -0.5]])
    start = Learner(W, 0 * W, intervals([1, 0]))
    q, k = intervals([[1, 0], [1, 2]]), intervals([[0, 1], [0, 1]])
    v, eta = intervals([[2, 0], [0, 2]]), intervals([4, 8]) / 3
    got = ttt_linear(q, k, v, eta, state=start, batch=2, eps=3)
    after = Learner(0 * W, 0 * W, intervals([1, 0]))
    assert_same(got, Result(intervals([[1.5, -0.5], [1, 2]]), after), "ttt_linear")


def test_tau_weighs_what_the_batch_has_taught():
    # as above with tau = (1, 1/2): W2 = W - 1/2 (W - 0), and [1, 2, 1] makes z = (3/4, -3/4)
    # with eps = 7/16 its width is 1
    W = intervals([[0, 0], [0.5, -0.5], [0.5, -0.5]])
    slopes = intervals([[0, 0], [0.5, -0.5], [0.5, -0.5]])
    start = Learner(W, slopes, intervals([0, 1]))
    q, k, v = intervals([[1, 2]]), intervals([[0, 1]]), intervals([[0, 2]])
    x = q, k, v, intervals([0]), intervals([0.5])
    got = ttt_linear(*x, state=start, batch=2, eps=intervals(0.4375)[()])
    assert_same(got.out, intervals([[1.75, 1.25]]), "ttt_linear")
    assert_same(got.state.start, W / 2, "ttt_linear: start")
