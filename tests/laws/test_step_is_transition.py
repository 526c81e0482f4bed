"""A step is the transition applied: `refmem.laws.step_is_transition`."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from refmem import RULES
from refmem.laws.draws import proof_numbers, sample
from refmem.laws.step_is_transition import step_is_relay, step_is_transition
from refmem.memory import StateRule
from tests.draws import some_shapes

STATES = [rule for rule in RULES if isinstance(rule, StateRule)]
LINEAR = [pytest.param(rule, id=rule.name) for rule in STATES if rule.transition]
RELAYS = [pytest.param(rule, id=rule.name) for rule in STATES if rule.relay]


@pytest.mark.parametrize("rule", LINEAR)
@some_shapes
@given(seed=st.integers(0, 2**32 - 1), T=st.integers(1, 5), state=st.booleans())
def test_step_equals_transition_applied(rule, seed, T, state):
    x = sample(rule, proof_numbers(rule), seed, T=T, lead=(2,), state=state, spread=True)
    step_is_transition(rule, None, x)


@pytest.mark.parametrize("rule", RELAYS)
@some_shapes
@given(seed=st.integers(0, 2**32 - 1), T=st.integers(1, 4), state=st.booleans())
def test_step_equals_relay_applied(rule, seed, T, state):
    x = sample(rule, proof_numbers(rule), seed, T=T, lead=(2,), state=state, spread=True)
    step_is_relay(rule, x)
