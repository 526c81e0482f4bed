"""Later tokens leave earlier outputs alone: `refmem.laws.causality`."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from refmem.laws.calls import tokens
from refmem.laws.causality import is_causal
from refmem.laws.systems import FLOAT64
from tests.draws import every_form, inputs, some_shapes


@pytest.mark.parametrize(("rule", "form"), every_form())
@some_shapes
@given(data=st.data())
def test_later_tokens_leave_earlier_outputs_alone(rule, form, data):
    x = data.draw(inputs(rule, FLOAT64, T=(2, 6)), label="inputs")
    is_causal(rule, form, x, data.draw(st.integers(1, tokens(rule, x) - 1), label="t"))
