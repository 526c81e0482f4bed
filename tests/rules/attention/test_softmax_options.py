"""Laws of softmax attention under every option: forms agree, gradients are derivatives, and the
recurrent form decodes what the whole gives."""

import numpy as np
import pytest

from refmem import softmax_attention
from tests.derivative.truth import arrays, derivative, inner, like
from tests.draws import FIELD, FLOAT64, INTERVALS, floats, sample
from tests.exact import assert_same

OPTIONS = {
    "softcap": {"softcap": 0.5},
    "later keys": {"causal": False},
    "later keys in a window": {"causal": False, "window": 2},
    "from the top": {"align": "top"},
    "from the top in a window": {"align": "top", "window": 2},
    "log of the sum": {"lse": True},
    "all of them": {"softcap": 0.5, "align": "top", "lse": True, "window": 2},
    "all of them, later keys": {"softcap": 0.5, "causal": False, "lse": True},
}
EVERY_OPTION = pytest.mark.parametrize("options", OPTIONS.values(), ids=OPTIONS.keys())


def drawn(system, options, seed=0, **sizes):
    """A call with these options; softmax where numbers have an exponential."""
    return sample(softmax_attention, system, seed, **sizes) | {"window": None} | options


def cotangents(x, seed=0):
    out, state = softmax_attention(**x)
    return like(INTERVALS, out, seed), like(INTERVALS, state, seed + 1)


@EVERY_OPTION
@pytest.mark.parametrize("form", ["recurrent", "chunked"])
@pytest.mark.parametrize("seed", range(4))
def test_every_form_is_the_definition(options, form, seed):
    x = drawn(INTERVALS, options, seed, T=5, lead=(2,), state=seed % 2 == 0)
    assert_same(softmax_attention(**x, form=form, chunk=2), softmax_attention(**x), form)


@pytest.mark.parametrize("form", ["recurrent", "chunked"])
@pytest.mark.parametrize("options", [OPTIONS["later keys"], OPTIONS["from the top"]])
def test_every_form_is_the_definition_over_the_field(options, form):
    x = drawn(FIELD, options, T=5)
    assert_same(softmax_attention(**x, form=form, chunk=2), softmax_attention(**x), form)


@EVERY_OPTION
@pytest.mark.parametrize("dtype", [np.float32, np.float64], ids=lambda d: np.dtype(d).name)
def test_the_compiled_form_is_the_definition_up_to_rounding(options, dtype):
    """Scores are sums of K + 1 terms below 2 and exponentials amplify their roundings by at most
    e^2 < 8 in relative terms; outputs are means of as many terms as there are keys, 13 at most."""
    x = drawn(floats(dtype), options, T=9, K=3, lead=(2,))
    found, wanted = softmax_attention(**x, form="fast"), softmax_attention(**x)
    bound = (8 * 2 * (3 + 3) + 2 * 13) * np.finfo(dtype).eps
    assert abs(found.out - wanted.out).max() <= bound * max(1, abs(wanted.out).max())
    assert_same(found.state.key, wanted.state.key, "keys")


@EVERY_OPTION
@pytest.mark.parametrize("form", [None, "recurrent", "chunked"])
def test_every_gradient_is_the_derivative(options, form):
    x = drawn(INTERVALS, options, T=3, lead=(2,))
    dout, dstate = cotangents(x)
    grads = softmax_attention.vjp(**x, dout=dout, dstate=dstate, form=form, chunk=2)
    for name, value in arrays(softmax_attention, x).items():
        change = like(INTERVALS, value, 3)
        got = inner(getattr(grads, name), change)
        want = derivative(softmax_attention, INTERVALS, x, {name: change}, dout, dstate)
        assert got.overlaps(want), f"derivative by {name}"


@EVERY_OPTION
def test_pulling_back_is_the_transpose_of_pushing_forward(options):
    x = drawn(INTERVALS, options, T=3)
    dout, dstate = cotangents(x)
    grads = softmax_attention.vjp(**x, dout=dout, dstate=dstate)
    changes = {name: like(INTERVALS, x[name], 3) for name in arrays(softmax_attention, x)}
    tangents = softmax_attention.jvp(**x, **{f"d{name}": one for name, one in changes.items()})
    one = inner([getattr(grads, name) for name in changes], list(changes.values()))
    assert one.overlaps(inner((dout, dstate), tangents[2:]))


@pytest.mark.parametrize("heads", ["repeat", "tile"])
def test_query_heads_that_share_a_key_head_have_masks_of_their_own(heads):
    x = drawn(FLOAT64, {"lse": True}, T=4, lead=(6,), state=False)
    x["k"], x["v"] = x["k"][:2], x["v"][:2]
    found = softmax_attention(**x, heads=heads)
    for head in range(6):
        of = head // 3 if heads == "repeat" else head % 2
        alone = {n: x[n][of] if n in ("k", "v") else x[n][head] for n in ("q", "k", "v", "mask")}
        alone |= {n: x[n][head] for n in ("sink", "first_bias")}
        assert_same(found.out[head], softmax_attention(**alone, lse=True).out, f"head {head}")


def test_gradients_of_no_tokens_have_the_columns_of_the_outputs():
    none = np.zeros((0, 2))
    call = {"q": none, "k": none, "v": none, "lse": True}
    grads = softmax_attention.vjp(**call, dout=np.zeros((0, 3)))
    assert grads.q.shape == (0, 2)
