"""Law: in certified intervals every form encloses the same value, and that is the exact one."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.draws import INTERVALS, every_form, inputs, some_shapes
from tests.exact import assert_enclosures_overlap


def enclosures_overlap(rule, form, x):
    assert_enclosures_overlap(rule(**x, form=form, chunk=2), rule(**x), f"{rule.name}.{form}")


@pytest.mark.parametrize(("rule", "form"), every_form("intervals"))
@some_shapes
@given(data=st.data())
def test_the_enclosures_of_every_form_overlap(rule, form, data):
    enclosures_overlap(rule, form, data.draw(inputs(rule, INTERVALS), label="inputs"))
