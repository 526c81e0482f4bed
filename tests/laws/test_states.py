"""Law: `states=True` adds the state after every token: those of the prefixes."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from refmem import Result, Trace
from refmem.grammar.state import each
from tests.draws import cut, every_form, inputs, some_shapes, tokens
from tests.exact import assert_same


def states_are_those_of_prefixes(rule, form, x):
    trace = rule(**x, form=form, chunk=2, states=True)
    assert isinstance(trace, Trace)
    plain = rule(**x, form=form, chunk=2)
    assert_same(Result(trace.out, trace.state), plain, f"{rule.name}.{form} with states=True")
    for t in range(tokens(rule, x)):
        prefix = rule(**cut(rule, x, 0, t + 1), state=x.get("state"))
        after = _state_after(trace, t)
        assert_same(after, prefix.state, f"{rule.name}.{form} states[{t}]")


def _state_after(trace, t):
    """States that grow are listed; others have a time axis after the leading ones."""
    if isinstance(trace.states, list):
        return trace.states[t]
    lead = trace.out.ndim - 2
    return each(lambda states: states[(slice(None),) * lead + (t,)], trace.states)


@pytest.mark.parametrize(("rule", "form"), every_form())
@some_shapes
@given(data=st.data())
def test_the_states_are_those_of_the_prefixes(rule, form, data):
    states_are_those_of_prefixes(rule, form, data.draw(inputs(rule), label="inputs"))
