import flint
import numpy as np
import pytest

from refmem import ffn, moe
from refmem.algebra.numbers import intervals
from refmem.laws.exact import assert_enclosures_overlap

# softmax of the router: 1/10, 4/10, 3/10, 2/10; expert e answers 100, 10, 20, 30
x = intervals([[1]])
router = np.array([[flint.arb(n).log()] for n in (1, 4, 3, 2)])
w_in, w_out = intervals(np.ones((4, 1, 1))), intervals([[[100]], [[10]], [[20]], [[30]]])


def ratio(top, bottom):
    return np.array([[flint.arb(top) / bottom]])


def test_moe_by_hand():
    # of two: 4/10*10 + 3/10*20 = 10, and over 7/10 of the scores 100/7
    out = moe(x, router, w_in, w_out, renormalize=False).out
    assert_enclosures_overlap(out, ratio(10, 1), "moe, as it is")
    assert_enclosures_overlap(moe(x, router, w_in, w_out).out, ratio(100, 7), "moe")


def test_a_bias_chooses_and_does_not_weigh():
    # the first expert is put before all others: 1/10*100 + 4/10*10 = 14, over 5/10 it is 28
    bias = intervals([1, 0, 0, 0])
    out = moe(x, router, w_in, w_out, bias, renormalize=False).out
    assert_enclosures_overlap(out, ratio(14, 1), "moe, as it is")
    assert_enclosures_overlap(moe(x, router, w_in, w_out, bias).out, ratio(28, 1), "moe")


def test_sigmoid_scores_by_hand():
    # n/(1 + n): 4/5 and 3/4 are the two largest: 4/5*10 + 3/4*20 = 23
    out = moe(x, router, w_in, w_out, scores="sigmoid", renormalize=False).out
    assert_enclosures_overlap(out, ratio(23, 1), "moe")
    with pytest.raises(ValueError, match="moe: scores has value 'relu'"):
        moe(x, router, w_in, w_out, scores="relu")


def test_of_equal_experts_the_first_answers():
    same, values = np.zeros((3, 1)), np.array([[[1.0]], [[2.0]], [[4.0]]])
    out = moe(np.ones((1, 1)), same, np.ones((3, 1, 1)), values, top=2).out
    assert out == 1.5


def test_great_logits_do_not_overflow():
    router = np.array([[1000.0], [-1000.0]])
    assert moe(np.ones((1, 1)), router, np.ones((2, 1, 1)), np.ones((2, 1, 1))).out == 1


def test_one_expert_is_a_feed_forward_memory():
    z, router, keys, values = np.random.default_rng(0).standard_normal((4, 3, 3))
    want = ffn(z, keys, values, activation="silu").out
    got = moe(z, router[:1], keys[None], values[None], activation="silu").out
    assert (got == want).all()
