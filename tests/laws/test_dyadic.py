"""Where nothing rounds, float64 is exact: `refmem.laws.dyadic`."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from refmem.laws.dyadic import float64_is_exact
from refmem.laws.systems import DYADIC
from tests.draws import every_form, inputs, some_shapes


@pytest.mark.parametrize(("rule", "form"), every_form("rationals", "dyadic"))
@some_shapes
@given(data=st.data())
def test_float64_is_the_rational_result(rule, form, data):
    float64_is_exact(rule, form, data.draw(inputs(rule, DYADIC, T=(1, 4)), label="inputs"))
