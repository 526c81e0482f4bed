import numpy as np

from refmem import parallax, softmax_attention
from refmem.algebra.numbers import intervals
from refmem.laws.draws import sample
from refmem.laws.exact import assert_enclosures_overlap
from refmem.laws.systems import INTERVALS
from refmem.memory import Cache
from tests.rules.attention.hand import FORMS, asking, k, ratios


def test_parallax_by_hand():
    # r = (1, 0) meets the cached key 0, new keys 1;  r = (2, 0) meets them 0, 2
    # token 1, n = 2, weights 1/3, 2/3: E[v] = 3, E[rk v] = 2/3*4 = 8/3, E[rk] = 2/3
    #          o1 = 3 - (8/3 - 2/3*3) = 7/3
    # token 2, n = 3, weights 1/7, 3/7, 3/7: E[v] = 4, E[rk v] = 54/7, E[rk] = 12/7
    #          o2 = 4 - (54/7 - 12/7*4) = 22/7
    past = Cache(intervals([[0, 0]]), intervals([[1]]))
    v, r = intervals([[4], [5]]), intervals([[1, 0], [2, 0]])
    for form in FORMS:
        out = parallax(asking(2, 3), k, v, r, state=past, scale=1, form=form, chunk=1).out
        assert_enclosures_overlap(out, ratios((7, 3), (22, 7)), f"parallax.{form}")


def test_without_r_it_is_softmax_attention():
    x = sample(parallax, INTERVALS, T=5, lead=(2,), state=False)
    r = x.pop("r")
    want = softmax_attention(**x).out
    assert_enclosures_overlap(parallax(**x, r=0 * r).out, want, "parallax without r")


def test_the_scale_does_not_reach_r():
    q, k, v, r = np.random.default_rng(0).standard_normal((4, 5, 3))
    want = parallax(q * 0.25, k, v, r, scale=1).out
    assert (parallax(q, k, v, r, scale=0.25).out == want).all()
