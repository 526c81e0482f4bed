import numpy as np
import pytest

from refmem import kernel_attention, linear_attention, softmax_attention
from refmem.algebra.numbers import fractions, intervals
from refmem.functions.kernels import polynomial
from refmem.laws.draws import sample
from refmem.laws.exact import assert_enclosures_overlap, assert_same
from refmem.laws.systems import FIELD, INTERVALS
from refmem.memory import Cache
from tests.rules.attention.hand import FORMS, asking, k, ratios


def test_kernel_attention_by_hand():
    # kernel x^2 of q . k, the cached key 2, both new keys 1
    # token 1, q = 1:  4*1 + 1*3 = 7;  token 2, q = 2:  16*1 + 4*3 + 4*5 = 48, over 24 it is 2
    past = Cache(fractions([[2]]), fractions([[1]]))
    q, ones, v = fractions([[1], [2]]), fractions([[1], [1]]), fractions([[3], [5]])
    for form in FORMS:
        call = {"kernel": polynomial(2), "state": past, "form": form, "chunk": 1}
        assert_same(kernel_attention(q, ones, v, **call).out, fractions([[7], [48]]), form)
        mean = kernel_attention(q, ones, v, normalize=True, **call).out
        assert_same(mean, fractions([[7], [48]]) / fractions([[5], [24]]), f"{form}, normalised")


def test_a_normalised_exponential_is_softmax():
    x = sample(softmax_attention, INTERVALS, T=4, state=False)
    x = {name: x[name] for name in ("q", "k", "v")}
    want = softmax_attention(**x, scale=1).out
    got = kernel_attention(**x, kernel="exp", normalize=True).out
    assert_enclosures_overlap(got, want, "kernel_attention")
    raw = kernel_attention(asking(2, 3), k, intervals([[4], [5]]), kernel="exp").out
    assert_enclosures_overlap(raw, ratios((8, 1), (27, 1)), "kernel_attention: exp, not normalised")


@pytest.mark.parametrize("degree", [1, 2, 3])
def test_it_is_the_dual_of_a_memory_of_power_features(degree):
    """(q . k)^p is the inner product of all products of p entries of each."""

    def features(x):
        power = x[..., :1] * 0 + 1
        for _ in range(degree):
            power = (power[..., :, None] * x[..., None, :]).reshape(*x.shape[:-1], -1)
        return power

    x = sample(kernel_attention, FIELD, T=5, state=False)
    want = linear_attention(features(x["q"]), features(x["k"]), x["v"]).out
    got = kernel_attention(x["q"], x["k"], x["v"], kernel=polynomial(degree)).out
    assert_same(got, want, f"kernel_attention of x^{degree}")


def test_weights_that_cancel_in_a_block_are_still_seen():
    # q . k = 1, -1, 2: the first block's weights add up to 0, all of them to 2
    q, v = np.ones((3, 1)), np.array([[1.0], [3.0], [4.0]])
    k = np.array([[1.0], [-1.0], [2.0]])
    for form in FORMS:
        out = kernel_attention(q, k, v, normalize=True, form=form, chunk=2).out
        assert out[2, 0] == 3  # (1 - 3 + 8) / 2
