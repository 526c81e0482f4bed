"""Law: a memory of several steps a token is the same function in every form, exactly."""

import numpy as np
import pytest

from tests.draws import DYADIC, FIELD, sample
from tests.exact import assert_same
from tests.forms.steps import OF_STEPS, columns, entries, relay
from tests.laws.test_step_is_transition import step_is_relay, step_is_transition

SIZES = [(1, 2, 3), (4, 3, 1), (5, 1, 2)]
"""T, K and V."""

EVERY_FORM = [
    pytest.param(rule, form, id=f"{name}-{form}")
    for name, rule in OF_STEPS.items()
    for form in rule.forms[1:]
]


@pytest.mark.parametrize("rule", [columns, entries], ids=["columns", "entries"])
def test_their_steps_are_their_transitions(rule):
    step_is_transition(rule, None, sample(rule, FIELD, T=3, lead=(2,)))


def test_the_steps_of_a_relay_are_its_memories_in_turn():
    step_is_relay(relay, sample(relay, FIELD, T=3, lead=(2,)))


@pytest.mark.parametrize("states", [False, True])
@pytest.mark.parametrize("steps", [1, 2, 3])
@pytest.mark.parametrize(("rule", "form"), EVERY_FORM)
def test_every_form_is_the_definition(rule, form, steps, states, monkeypatch):
    monkeypatch.setitem(rule.options, "n", steps)
    numbers = DYADIC if form == "fast" else FIELD
    for T, K, V in SIZES:
        for lead in ((), (2,)):
            x = sample(rule, numbers, T=T, K=K, V=V, lead=lead)
            got, want = (rule(**x, form=f, chunk=2, states=states) for f in (form, None))
            assert_same(got, want, f"{form}, T = {T}, K = {K}, V = {V}")


@pytest.mark.parametrize(("rule", "form"), EVERY_FORM)
def test_no_tokens_leave_every_form_where_it_was(rule, form):
    x = sample(rule, DYADIC, T=0, lead=(2,))
    assert_same(tuple(rule(**x, form=form)), (np.empty((2, 0, 3)), x["state"]), form)
