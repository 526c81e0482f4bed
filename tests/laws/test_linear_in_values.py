"""Outputs are linear in the values: `refmem.laws.linear_in_values`."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from refmem.laws.linear_in_values import is_linear_in_values
from tests.draws import every_form, inputs, some_shapes

WITH_VALUES = [param for param in every_form("linear in v") if "v" in param.values[0].inputs]


@pytest.mark.parametrize(("rule", "form"), WITH_VALUES)
@some_shapes
@given(data=st.data())
def test_outputs_are_linear_in_the_values(rule, form, data):
    is_linear_in_values(rule, form, data.draw(inputs(rule), label="inputs"))
