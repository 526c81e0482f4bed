"""A cut sequence is the whole: `refmem.laws.resume`."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from refmem.laws.resume import resumes
from tests.draws import every_form, inputs, some_shapes


@pytest.mark.parametrize(("rule", "form"), every_form())
@some_shapes
@given(data=st.data())
def test_a_cut_sequence_is_the_whole(rule, form, data):
    resumes(rule, form, data.draw(inputs(rule), label="inputs"))
