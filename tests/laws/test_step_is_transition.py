"""Law: a rule's step is its transition applied: the definition and its place in the framework."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from refmem import RULES
from refmem.grammar.binding import bind_state
from refmem.memory import StateRule
from tests.draws import proof_numbers, sample, some_shapes
from tests.exact import assert_same

STATES = [rule for rule in RULES if isinstance(rule, StateRule)]
LINEAR = [pytest.param(rule, id=rule.name) for rule in STATES if rule.transition]
RELAYS = [pytest.param(rule, id=rule.name) for rule in STATES if rule.relay]


def step_is_transition(rule, form, x):
    """The same token on the same state, both ways; the state moves on by the step.

    Called by itself, a step needs a leading axis: numbers in a 0-d object array are bare.
    """
    S, bound = _bound(rule, x)
    transition = rule.transition(**bound.arguments)
    for t in range(bound.T):
        stepped = rule.step(S, **bound.token(t))
        assert_same(transition.step(S, t), stepped, f"{rule.name}.transition at token {t}")
        S = stepped[0]


def _bound(rule, x):
    """The state before the first token, and the inputs."""
    given = {name: x[name] for name in (rule.inputs | rule.options).keys() & x.keys()}
    bound = rule.bind((), given, x.get("state"), x.get("scale"))
    return bind_state(rule.name, x.get("state"), rule.initial(bound), bound)


def step_is_relay(rule, x):
    """The same where several memories are asked in turn, for what those before them recalled."""
    state, bound = _bound(rule, x)
    for t in range(bound.T):
        one, recalled, after = bound.tokens(t, t + 1), {}, []
        for (name, transition), S in zip(rule.relay.items(), state, strict=True):
            S, out = transition(**recalled, **one.arguments).step(S, 0)
            recalled[name] = out[..., None, :]
            after.append(S)
        stepped = rule.step(state, **bound.token(t))
        assert_same((type(state)(*after), out), stepped, f"{rule.name}.relay at token {t}")
        state = stepped[0]


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
