import flint
import numpy as np
import pytest

from refmem import softmax_attention
from refmem.algebra.numbers import intervals, rationals
from refmem.memory import Cache
from tests.draws import FIELD, INTERVALS, sample
from tests.exact import assert_enclosures_overlap, assert_same
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
    x = sample(softmax_attention, FIELD, T=6, state=False) | {"window": 3}
    x |= {"first_bias": None, "mask": None}
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
    # 1 tanh(log 2) = 3/5, so the key weighs e^(3/5) and the cached pair, of score 0, 1
    v, call = intervals([[4], [5]]), {"state": past, "scale": 1, "form": form, "chunk": 1}
    out = softmax_attention(asking(2, 2), k, v, softcap=1, **call).out
    e = (flint.arb(3) / 5).exp()
    want = np.array([[(1 + 4 * e) / (1 + e)], [(1 + 9 * e) / (1 + 2 * e)]])
    assert_enclosures_overlap(out, want, "softcap")


@pytest.mark.parametrize("form", FORMS)
def test_later_keys_are_seen_by_hand(form):
    # every query sees all three pairs: (1 + 2*4 + 2*5) / 5 = 19/5;  (1 + 3*4 + 3*5) / 7 = 4
    v, call = intervals([[4], [5]]), {"state": past, "scale": 1, "form": form, "chunk": 1}
    out = softmax_attention(asking(2, 3), k, v, causal=False, **call).out
    assert_enclosures_overlap(out, ratios((19, 5), (4, 1)), "causal=False")
    # a window of one key back: the first no longer sees the cached pair: 9/2, then its own alone
    out = softmax_attention(asking(2, 3), k, v, causal=False, window=1, **call).out
    assert_enclosures_overlap(out, ratios((9, 2), (5, 1)), "causal=False, window=1")


@pytest.mark.parametrize("form", FORMS)
def test_a_mask_from_the_top_by_hand(form):
    # the first query is the cached pair's: it sees that alone; the next one token 1, too:
    # (1 + 3*4) / 4 = 13/4
    v, call = intervals([[4], [5]]), {"state": past, "scale": 1, "form": form, "chunk": 1}
    out = softmax_attention(asking(2, 3), k, v, align="top", **call).out
    assert_enclosures_overlap(out, ratios((1, 1), (13, 4)), "align=top")
    out = softmax_attention(asking(2, 3), k, v, align="top", window=1, **call).out
    assert_enclosures_overlap(out, ratios((1, 1), (4, 1)), "align=top, window=1")


@pytest.mark.parametrize("form", FORMS)
def test_a_mask_by_hand(form):
    # log 3 for the cached pair at token 1, log 2 for token 1 at token 2; the rest 0, and a column
    # too many: (3*1 + 2*4) / 5 = 11/5;  (1 + 2*3*4 + 3*5) / 10 = 4
    v, call = intervals([[4], [5]]), {"state": past, "scale": 1, "form": form, "chunk": 1}
    mask = intervals(np.zeros((2, 4), int))
    mask[0, 0], mask[1, 1] = flint.arb(3).log(), flint.arb(2).log()
    out = softmax_attention(asking(2, 3), k, v, mask=mask, **call).out
    assert_enclosures_overlap(out, ratios((11, 5), (4, 1)), "mask")


@pytest.mark.parametrize("form", softmax_attention.forms)
def test_booleans_hide_keys(form):
    q, v = np.zeros((3, 1)), np.array([[1.0], [2.0], [6.0]])
    seen = np.array([[1, 1, 1], [0, 1, 1], [0, 0, 0]], dtype=bool)
    for mask in (seen, np.where(seen, 0, -np.inf)):
        out = softmax_attention(q, q, v, mask=mask, form=form, chunk=2).out
        assert out[:, 0].tolist() == [1, 2, 0]
        out = softmax_attention(q, q, v, mask=mask, causal=False, form=form, chunk=2).out
        assert out[:, 0].tolist() == [3, 4, 0]


@pytest.mark.parametrize("form", FORMS)
def test_the_log_of_the_sum_by_hand(form):
    # denominators 1 + 2 and 1 + 3 + 3; with sink log 3, 3 more
    v, call = intervals([[4], [5]]), {"state": past, "scale": 1, "form": form, "chunk": 1}
    plain = softmax_attention(asking(2, 3), k, v, **call).out
    for sink, sums in ((None, (3, 7)), (np.array(flint.arb(3).log()), (6, 10))):
        out = softmax_attention(asking(2, 3), k, v, sink, lse=True, **call).out
        want = np.array([[flint.arb(total).log()] for total in sums])
        assert_enclosures_overlap(out[:, 1:], want, "lse")
    out = softmax_attention(asking(2, 3), k, v, lse=True, **call).out
    assert_enclosures_overlap(out[:, :1], plain, "what stands beside it")


@pytest.mark.parametrize("form", softmax_attention.forms)
def test_nothing_seen_has_the_log_of_zero(form):
    q = np.ones((3, 2))
    out = softmax_attention(q, q, q, window=0, lse=True, form=form, chunk=2).out
    assert out.shape == (3, 3)
    assert (out[:, 2] == -np.inf).all()
    none = softmax_attention(q[:0], q[:0], q[:0], lse=True, form=form)
    assert none.out.shape == (0, 3)


def test_two_parts_of_a_cache_merge_by_their_log_sums():
    """What each answers, weighed by exp(lse): T = 2 queries, 3 + 3 keys, their own hidden."""
    q, k, v = np.random.default_rng(0).standard_normal((3, 2, 4))
    key, value = np.random.default_rng(1).standard_normal((2, 6, 4))

    def ask(part, **call):
        cache = Cache(key[part], value[part])
        hidden = np.where(np.arange(len(cache.key) + 2) < len(cache.key), 0, -np.inf)
        mask = np.broadcast_to(hidden, (2, len(hidden)))
        return softmax_attention(q, k, v, mask=mask, state=cache, **call).out

    one, other = ask(slice(0, 3), lse=True), ask(slice(3, 6), lse=True)
    weights = np.exp(np.stack([one[:, 4:], other[:, 4:]]))
    merged = (weights * np.stack([one, other])[..., :4]).sum(0) / weights.sum(0)
    np.testing.assert_allclose(merged, ask(slice(0, 6)), rtol=16 * np.finfo(float).eps)


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
        token = {n: x[n][t : t + 1] for n in ("q", "k", "v", "mask")}
        out, state = softmax_attention(**(x | token), state=state)
        assert_enclosures_overlap(out, whole.out[t : t + 1], f"token {t}")
    assert_same(state.key, whole.state.key, "keys")


@pytest.mark.parametrize("window", [-1, 2.0, "3"])
def test_a_window_counts_keys(window):
    q = np.ones((2, 1))
    for form in softmax_attention.forms:
        with pytest.raises(ValueError, match=r"softmax_attention: window has value .*it counts"):
            softmax_attention(q, q, q, window=window, form=form)


@pytest.mark.parametrize("softcap", [0, -1.0, np.inf, True, "2"])
def test_a_softcap_is_a_size(softcap):
    q = np.ones((2, 1))
    message = r"softmax_attention: softcap has value .*None or a number above 0"
    with pytest.raises(ValueError, match=message):
        softmax_attention(q, q, q, softcap=softcap)


def test_an_alignment_is_one_of_two_words():
    q = np.ones((2, 1))
    with pytest.raises(ValueError, match=r"align has value 'botom', .*did you mean 'bottom'"):
        softmax_attention(q, q, q, align="botom")


def test_a_mask_has_a_column_for_every_key():
    q = np.ones((2, 1))
    with pytest.raises(ValueError, match="mask has 3 columns, expected at least 4, because"):
        softmax_attention(q, q, q, mask=np.zeros((2, 3)), state=Cache(q, q))


def test_booleans_need_minus_infinity():
    q, mask = rationals(np.ones((2, 1), int)), np.ones((2, 2), bool)
    with pytest.raises(TypeError, match="mask has booleans, expected numbers to be added"):
        softmax_attention(q, q, q, mask=mask, kernel="linear", scale=1)
