import flint
import numpy as np
import pytest

from refmem import softmax_attention
from refmem.algebra.numbers import intervals
from refmem.laws.draws import sample
from refmem.laws.exact import assert_enclosures_overlap, assert_same
from refmem.laws.systems import FIELD, INTERVALS
from refmem.memory import Cache
from tests.rules.attention.hand import FORMS, asking, k, ratios

past = Cache(intervals([[0, 0]]), intervals([[1]]))


def test_softmax_attention_by_hand():
    # token 1 weighs the cached pair 1, itself 2:          (1*1 + 2*4) / 3 = 3
    # token 2 weighs them 1, 3 and itself 3:       (1*1 + 3*4 + 3*5) / 7 = 4
    out, state = softmax_attention(asking(2, 3), k, intervals([[4], [5]]), state=past, scale=1)
    assert_enclosures_overlap(out, ratios((3, 1), (4, 1)), "softmax_attention")
    assert_enclosures_overlap(state.value, intervals([[1], [4], [5]]), "softmax_attention: value")


def test_the_scale_is_one_over_the_root_of_the_keys():
    q = np.array([[1.0, 2.0, 0.0, 1.0], [0.5, 1.0, 2.0, 0.0]])
    v = np.array([[1.0], [3.0]])
    want = softmax_attention(q, q, v, scale=0.5)
    assert (softmax_attention(q, q, v).out == want.out).all()


@pytest.mark.parametrize("form", FORMS)
def test_a_window_by_hand(form):
    # two keys: token 1 sees the cached pair too, 3; token 2 not:  (3*4 + 3*5) / 6 = 9/2
    v, call = intervals([[4], [5]]), {"state": past, "scale": 1, "form": form, "chunk": 1}
    out = softmax_attention(asking(2, 3), k, v, window=2, **call).out
    assert_enclosures_overlap(out, ratios((3, 1), (9, 2)), "window=2")
    own = softmax_attention(asking(2, 3), k, v, window=1, **call).out
    assert_enclosures_overlap(own, v, "window=1")


@pytest.mark.parametrize("form", softmax_attention.forms)
def test_a_token_that_sees_nothing_gets_zeros(form):
    q, v = np.ones((4, 2)), np.full((4, 1), 7.0)
    for sink in (None, np.array(2.0)):
        assert (softmax_attention(q, q, v, sink, window=0, form=form, chunk=2).out == 0).all()


def test_a_window_needs_no_more_of_the_cache():
    x = sample(softmax_attention, FIELD, T=6, state=False) | {"window": 3, "first_bias": None}
    whole = softmax_attention(**x).out
    first = {n: x[n][:4] for n in ("q", "k", "v")}
    rest = {n: x[n][4:] for n in ("q", "k", "v")}
    seen = softmax_attention(**(x | first)).state
    last_two = Cache(seen.key[-2:], seen.value[-2:])
    assert_same(softmax_attention(**(x | rest), state=last_two).out, whole[4:], "from two keys")


@pytest.mark.parametrize("form", FORMS)
def test_a_sink_by_hand(form):
    # sink log 3 adds 3 to both denominators: (1 + 8) / (3 + 3) = 3/2;  28 / (7 + 3) = 14/5
    v, sink = intervals([[4], [5]]), np.array(flint.arb(3).log())
    call = {"state": past, "scale": 1, "form": form, "chunk": 1}
    out = softmax_attention(asking(2, 3), k, v, sink, **call).out
    assert_enclosures_overlap(out, ratios((3, 2), (14, 5)), "sink")


@pytest.mark.parametrize("form", FORMS)
def test_a_bias_of_the_first_key_by_hand(form):
    # log 3 makes the cached pair weigh 3: (3*1 + 2*4) / 5 = 11/5;  (3*1 + 3*4 + 3*5) / 9 = 10/3
    v, bias = intervals([[4], [5]]), np.array(flint.arb(3).log())
    call = {"state": past, "scale": 1, "form": form, "chunk": 1}
    out = softmax_attention(asking(2, 3), k, v, first_bias=bias, **call).out
    assert_enclosures_overlap(out, ratios((11, 5), (10, 3)), "first_bias")


@pytest.mark.parametrize("form", FORMS)
def test_a_softcap_by_hand(form):
    # 1 tanh(log 2) = 3/5, so a key weighs e^(3/5) and the cached pair, of score 0, 1
    v, call = intervals([[4], [5]]), {"state": past, "scale": 1, "form": form, "chunk": 1}
    out = softmax_attention(asking(2, 2), k, v, softcap=1, **call).out
    e = (flint.arb(3) / 5).exp()
    want = np.array([[(1 + 4 * e) / (1 + e)], [(1 + 9 * e) / (1 + 2 * e)]])
    assert_enclosures_overlap(out, want, "softcap")


@pytest.mark.parametrize("form", softmax_attention.forms)
def test_a_softcap_bends_neither_sink_nor_bias(form):
    q, v = np.zeros((1, 1), np.float32), np.ones((1, 1), np.float32)
    four = np.array(np.log(4), np.float32)
    for softcap in (0.5, np.float64(0.5)):
        call = {"softcap": softcap, "form": form}
        out = softmax_attention(q, q, v, sink=four, first_bias=four, **call).out
        assert_same(out, v / 2, "as much on either side")


@pytest.mark.parametrize("form", FORMS)
def test_later_keys_by_hand(form):
    # every query sees all three pairs: (1 + 2*4 + 2*5) / 5 = 19/5;  (1 + 3*4 + 3*5) / 7 = 4
    v, call = intervals([[4], [5]]), {"state": past, "scale": 1, "form": form, "chunk": 1}
    out = softmax_attention(asking(2, 3), k, v, causal=False, **call).out
    assert_enclosures_overlap(out, ratios((19, 5), (4, 1)), "causal=False")
    # a window of one key: the first sees its own and the later one, 9/2; the last its own alone
    out = softmax_attention(asking(2, 3), k, v, causal=False, window=1, **call).out
    assert_enclosures_overlap(out, ratios((9, 2), (5, 1)), "causal=False, window=1")


@pytest.mark.parametrize("form", FORMS)
def test_an_alignment_at_the_top_by_hand(form):
    # the first query is at the cached pair, and sees that alone; the next one token 1, too:
    # (1 + 3*4) / 4 = 13/4
    v, call = intervals([[4], [5]]), {"state": past, "scale": 1, "form": form, "chunk": 1}
    out = softmax_attention(asking(2, 3), k, v, align="top", **call).out
    assert_enclosures_overlap(out, ratios((1, 1), (13, 4)), "align=top")
    out = softmax_attention(asking(2, 3), k, v, align="top", window=1, **call).out
    assert_enclosures_overlap(out, ratios((1, 1), (4, 1)), "align=top, window=1")


@pytest.mark.parametrize("form", softmax_attention.forms)
def test_extreme_sinks_take_all_or_nothing(form):
    q, k, v = np.random.default_rng(0).standard_normal((3, 5, 2))
    call = {"form": form, "chunk": 2}
    plain = softmax_attention(q, k, v, **call).out
    assert (softmax_attention(q, k, v, np.array(-np.inf), **call).out == plain).all()
    assert (softmax_attention(q, k, v, np.array(-1000.0), **call).out == plain).all()
    assert (softmax_attention(q, k, v, np.array(1000.0), **call).out == 0).all()


def test_decoding_is_the_whole():
    x = sample(softmax_attention, INTERVALS, T=5, state=False) | {"window": 3}
    whole, state = softmax_attention(**x), None
    for t in range(5):
        token = {n: x[n][t : t + 1] for n in ("q", "k", "v")}
        out, state = softmax_attention(**(x | token), state=state)
        assert_enclosures_overlap(out, whole.out[t : t + 1], f"token {t}")
    assert_same(state.key, whole.state.key, "keys")


@pytest.mark.parametrize("window", [-1, 2.0, "3"])
def test_a_window_counts_keys(window):
    q = np.ones((2, 1))
    for form in softmax_attention.forms:
        with pytest.raises(ValueError, match=r"softmax_attention: window has value .*it counts"):
            softmax_attention(q, q, q, window=window, form=form)


@pytest.mark.parametrize("softcap", [0, -1.0, np.inf, np.nan, True, "2"])
def test_a_softcap_is_a_size(softcap):
    q = np.ones((2, 1))
    with pytest.raises(ValueError, match=r"softcap has value .*None or a number above 0"):
        softmax_attention(q, q, q, softcap=softcap)


def test_an_alignment_is_one_of_two_words():
    q = np.ones((2, 1))
    with pytest.raises(ValueError, match=r"align has value 'botom', .*did you mean 'bottom'"):
        softmax_attention(q, q, q, align="botom")
