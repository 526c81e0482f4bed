"""Law: a rule's step is its transition applied: the definition and its place in the framework."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from refmem import RULES
from refmem.memory import StateRule
from refmem.signature import bind_state
from tests.draws import proof_numbers, sample, some_shapes
from tests.exact import assert_same

LINEAR = [
    pytest.param(rule, id=rule.name)
    for rule in RULES
    if isinstance(rule, StateRule) and rule.transition
]


def step_is_transition(rule, form, x):
    """The same token on the same state, both ways; the state moves on by the step.

    Called by itself, a step needs a leading axis: numbers in a 0-d object array are bare.
    """
    given = {name: x[name] for name in (rule.inputs | rule.options).keys() & x.keys()}
    bound = rule.bind((), given, x.get("state"), x.get("scale"))
    S, bound = bind_state(rule.name, x.get("state"), rule.initial(bound), bound)
    transition = rule.transition(**bound.arguments)
    for t in range(bound.T):
        stepped = rule.step(S, **bound.token(t))
        assert_same(transition.step(S, t), stepped, f"{rule.name}.transition at token {t}")
        S = stepped[0]


@pytest.mark.parametrize("rule", LINEAR)
@some_shapes
@given(seed=st.integers(0, 2**32 - 1), T=st.integers(1, 5), state=st.booleans())
def test_step_equals_transition_applied(rule, seed, T, state):
    x = sample(rule, proof_numbers(rule), seed, T=T, lead=(2,), state=state, spread=True)
    step_is_transition(rule, None, x)
