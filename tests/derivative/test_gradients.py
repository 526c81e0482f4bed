"""What gradients are gradients by: defaults, broadcasting, the scale, log_alpha, no tokens."""

import numpy as np
import pytest

import refmem
from refmem.grammar.lookup import Cache
from refmem.grammar.state import each
from refmem.laws.draws import sample
from refmem.laws.exact import assert_same
from refmem.laws.gradients import as_given
from refmem.laws.gradients.along import with_cotangents
from refmem.laws.systems import FIELD, FLOAT64
from refmem.memory import StaticRule
from refmem.memory.gradients import Call
from tests.draws import every_rule


@pytest.mark.parametrize("rule", every_rule())
def test_a_gradient_has_the_shape_of_what_was_given(rule):
    as_given.has_the_shapes_of_what_was_given(rule)


@pytest.mark.parametrize("dtype", [np.float32, np.complex128])
@pytest.mark.parametrize("rule", every_rule("complex"))
def test_gradients_are_of_the_inputs_kind(rule, dtype):
    as_given.is_of_the_inputs_kind(rule, dtype)


@pytest.mark.parametrize("rule", every_rule())
def test_a_broadcast_input_gets_the_sum_of_its_copies(rule):
    as_given.a_broadcast_input_gets_the_sum_of_its_copies(rule)


def test_an_input_made_from_another_passes_its_gradient_on():
    x, dout, dstate = with_cotangents(refmem.deltaformer, FIELD)
    everything = x | {"w": x["k"]}
    given = refmem.deltaformer.vjp(**everything, dout=dout, dstate=dstate)
    del everything["w"]
    left_out = refmem.deltaformer.vjp(**everything, dout=dout, dstate=dstate)
    assert left_out.w is None
    assert_same(left_out.k, given.k + given.w, "k")


def test_an_input_left_out_but_made_in_its_own_right_has_a_gradient():
    q = k = np.ones((2, 3, 1))
    v = np.ones((2, 3, 1))
    grads = refmem.retention.vjp(q, k, v, dout=v)
    # head h: out = 1, 1 + g, 1 + g + g^2, which sum to 3 + 2 g + g^2: by g, 2 + 2 g
    gamma = 1 - 2.0 ** -np.arange(5, 7)
    assert_same(grads.gamma, 2 + 2 * gamma, "gamma")


@pytest.mark.parametrize("rule", [r for r in refmem.RULES if r.scaled], ids=lambda rule: rule.name)
def test_the_scale_weighs_what_the_scaled_inputs_do(rule):
    as_given.the_scale_weighs_what_scaled_inputs_do(rule)


def test_the_gradient_by_alpha_is_there_where_alpha_is_zero():
    # S = alpha S0 + k v and out = q S: by alpha, q S0 = 3; by log_alpha, alpha times that
    one = np.ones((1, 1))
    grads = refmem.scalar_decay.vjp(
        one, one, one, np.zeros(1), state=np.array([[3.0]]), dout=one, form="chunked"
    )
    assert_same(grads.alpha, np.array([3.0]), "alpha")
    assert_same(grads.log_alpha, np.array([0.0]), "log_alpha")


WITH_STATE = [rule for rule in refmem.RULES if not isinstance(rule, StaticRule)]


@pytest.mark.parametrize("rule", WITH_STATE, ids=lambda rule: rule.name)
def test_no_tokens_pass_the_cotangent_of_the_state_on(rule):
    as_given.no_tokens_pass_the_cotangent_on(rule)


@pytest.mark.parametrize("form", ["recurrent", "chunked", None])
def test_states_are_kept_at_the_starts_of_blocks_only(form):
    x = sample(refmem.delta, FLOAT64, T=10)
    state = x.pop("state")
    call = Call(refmem.delta, (), x, state, None)
    run = refmem.delta.record(call.x, call.S, form, 4)
    assert len(run.blocks) == 3


def test_gradients_are_of_their_own_memory():
    x = sample(refmem.linear_attention, FLOAT64)
    _, state = refmem.linear_attention(**x)
    dstate = np.ones(state.shape)
    grads = refmem.linear_attention.vjp(**x, dstate=dstate)
    grads.state[...] = 5
    assert (dstate == 1).all()


def test_an_expanded_or_permuted_cotangent_is_like_its_copy():
    x = sample(refmem.gated_delta, FLOAT64, T=5, K=2, V=3, lead=(2,))
    dout = np.broadcast_to(1.0, (2, 5, 3))
    flipped = np.ones((3, 5, 2)).T
    want = refmem.gated_delta.vjp(**x, dout=np.ones((2, 5, 3)), form="chunked")
    for cotangent in (dout, flipped):
        got = refmem.gated_delta.vjp(**x, dout=cotangent, form="chunked")
        assert_same(tuple(got), tuple(want), "grads")


def test_a_query_that_sees_nothing_has_no_gradient():
    # the first token of an empty cache erases nothing: kappa1 is a softmax over nothing
    x = {name: np.ones((1, 1)) for name in ("q", "k", "v")}
    grads = refmem.deltaformer.vjp(**x, dout=np.ones((1, 1)))
    assert_same(grads.beta, np.zeros(1), "beta")
    assert_same(grads.v, np.ones((1, 1)), "v")


def test_a_gate_that_forgets_everything_has_finite_gradients():
    x = sample(refmem.forgetting_attention, FLOAT64, T=4, state=False)
    x["log_alpha"] = np.array([0.0, -1.0, -np.inf, -0.5])
    grads = refmem.forgetting_attention.vjp(**x, dout=np.ones((4, 3)))
    assert all(np.isfinite(part).all() for part in grads[:-1])
    assert grads.log_alpha[2] == 0


def test_a_cache_has_gradients_for_all_it_holds():
    x, dout, dstate = with_cotangents(refmem.forgetting_attention, FIELD, lead=())
    grads = refmem.forgetting_attention.vjp(**x, dout=dout, dstate=dstate)
    assert isinstance(grads.state, Cache)
    each(lambda got, S: assert_same(got * 0, S * 0, "state"), grads.state, x["state"])
