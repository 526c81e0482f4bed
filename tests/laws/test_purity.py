"""A call modifies nothing and returns no alias: `refmem.laws.purity`."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from refmem.laws.purity import is_pure
from refmem.laws.systems import FLOAT64
from tests.draws import every_form, inputs, some_shapes


@pytest.mark.parametrize(("rule", "form"), every_form())
@some_shapes
@given(data=st.data(), states=st.booleans())
def test_nothing_is_modified_or_aliased(rule, form, data, states):
    is_pure(rule, form, data.draw(inputs(rule, FLOAT64, T=(0, 5)), label="inputs"), states)
