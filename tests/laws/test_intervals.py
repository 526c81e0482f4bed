"""The enclosures of every form overlap: `refmem.laws.intervals`."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from refmem.laws.intervals import enclosures_overlap
from refmem.laws.systems import INTERVALS
from tests.draws import every_form, inputs, some_shapes


@pytest.mark.parametrize(("rule", "form"), every_form("intervals"))
@some_shapes
@given(data=st.data())
def test_the_enclosures_of_every_form_overlap(rule, form, data):
    enclosures_overlap(rule, form, data.draw(inputs(rule, INTERVALS), label="inputs"))
