"""Law: no tokens, no batch, one key channel and one value channel are ordinary."""

import numpy as np
import pytest

from refmem.grammar.state import each
from tests.draws import FLOAT64, every_form, proof_numbers, sample
from tests.exact import assert_same
from tests.laws.test_purity import arrays


@pytest.mark.parametrize(("rule", "form"), every_form())
def test_no_tokens_leave_the_state_alone(rule, form):
    x = sample(rule, proof_numbers(rule), T=0, lead=(2,))
    trace = rule(**x, form=form, states=True)
    assert trace.out.shape == (2, 0, 3)
    assert_same(trace.state, x["state"], f"{rule.name}.{form}: state after no tokens")
    if isinstance(trace.states, list):
        assert trace.states == []
    else:
        assert all(part.shape[:2] == (2, 0) for part in arrays(trace.states))


@pytest.mark.parametrize(("rule", "form"), every_form())
def test_no_tokens_and_no_state_are_the_empty_memory(rule, form):
    x = sample(rule, FLOAT64, T=0, state=False)
    out, state = rule(**x, form=form)
    assert out.shape == (0, 3)
    assert_same(state, rule(**x).state, f"{rule.name}.{form}: state after no tokens")


@pytest.mark.parametrize("lead", [(0,), (2, 0), (0, 3)], ids=str)
@pytest.mark.parametrize(("rule", "form"), every_form())
def test_an_empty_batch_is_a_batch(rule, form, lead):
    one = sample(rule, FLOAT64, T=3)
    none = {n: np.broadcast_to(one[n], lead + one[n].shape) for n in rule.inputs}
    none["state"] = each(lambda S: np.broadcast_to(S, lead + S.shape), one["state"])
    got, want = (rule(**(one | part), form=form, chunk=2) for part in (none, {}))
    assert got.out.shape == lead + want.out.shape
    for empty, full in zip(arrays(got.state), arrays(want.state), strict=True):
        assert empty.shape == lead + full.shape


@pytest.mark.parametrize(("K", "V"), [(1, 1), (1, 3), (3, 1)])
@pytest.mark.parametrize(("rule", "form"), every_form())
def test_one_channel_is_ordinary(rule, form, K, V):
    x = sample(rule, proof_numbers(rule), T=4, K=K, V=V)
    assert_same(rule(**x, form=form, chunk=3), rule(**x), f"{rule.name}.{form}, K={K}, V={V}")


@pytest.mark.parametrize(("rule", "form"), every_form())
def test_one_token_is_ordinary(rule, form):
    x = sample(rule, proof_numbers(rule), T=1)
    assert_same(rule(**x, form=form), rule(**x), f"{rule.name}.{form} of one token")
