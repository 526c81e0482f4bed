"""A token that is no number changes nothing before it: `refmem.laws.poison`."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from refmem import RULES
from refmem.laws.calls import tokens
from refmem.laws.poison import POISONS, poison_stays
from refmem.laws.systems import FLOAT64
from tests.draws import inputs, some_shapes

EVERY_FORM = [
    pytest.param(rule, form, id=f"{rule.name}-{form}") for rule in RULES for form in rule.forms
]


@pytest.mark.parametrize(("rule", "form"), EVERY_FORM)
@some_shapes
@given(data=st.data(), poison=st.sampled_from(POISONS))
def test_a_token_that_is_no_number_changes_nothing_before_it(rule, form, data, poison):
    x = data.draw(inputs(rule, FLOAT64, T=(2, 6)), label="inputs")
    poison_stays(rule, form, x, data.draw(st.integers(1, tokens(rule, x) - 1), label="t"), poison)
