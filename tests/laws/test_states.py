"""The states are those of the prefixes: `refmem.laws.states`."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from refmem.laws.states import states_are_those_of_prefixes
from tests.draws import every_form, inputs, some_shapes


@pytest.mark.parametrize(("rule", "form"), every_form())
@some_shapes
@given(data=st.data())
def test_the_states_are_those_of_the_prefixes(rule, form, data):
    states_are_those_of_prefixes(rule, form, data.draw(inputs(rule), label="inputs"))
