"""Every form is the definition, exactly: `refmem.laws.forms_agree` and `refmem.laws.degree`."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from refmem.laws.degree import degree_is_at_most_what_the_bound_uses
from refmem.laws.draws import proof_numbers
from refmem.laws.forms_agree import forms_agree
from refmem.laws.systems import FRACTIONS, RATIONALS
from tests.draws import every_form, every_rule, inputs, some_shapes


@pytest.mark.parametrize(("rule", "form"), every_form())
@some_shapes
@given(data=st.data())
def test_every_form_is_the_definition(rule, form, data):
    forms_agree(rule, form, data.draw(inputs(rule, proof_numbers(rule)), label="inputs"))


@pytest.mark.parametrize("numbers", [RATIONALS, FRACTIONS], ids=lambda numbers: numbers.name)
@pytest.mark.parametrize(("rule", "form"), every_form("rationals"))
@settings(max_examples=2)
@given(data=st.data())
def test_every_form_is_the_definition_on_fractions(rule, form, numbers, data):
    forms_agree(rule, form, data.draw(inputs(rule, numbers, T=(2, 4)), label="inputs"))


@pytest.mark.parametrize("rule", every_rule("field", "degree"))
def test_the_degree_is_at_most_what_the_bound_uses(rule):
    degree_is_at_most_what_the_bound_uses(rule)
