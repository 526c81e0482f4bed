"""Leading axes are a loop over batch and heads: `refmem.laws.leading_axes`."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from refmem.laws.draws import proof_numbers, sample
from refmem.laws.leading_axes import LEAD, leading_axes_are_a_loop, wider_state
from tests.draws import every_form, some_shapes


@pytest.mark.parametrize(("rule", "form"), every_form())
@some_shapes
@given(seed=st.integers(0, 2**32 - 1), state=st.booleans())
def test_leading_axes_are_a_loop(rule, form, seed, state):
    x = sample(rule, proof_numbers(rule), seed, T=3, lead=LEAD, state=state, spread=True)
    leading_axes_are_a_loop(rule, form, x)


@pytest.mark.parametrize(("rule", "form"), every_form())
def test_a_state_may_bring_leading_axes_of_its_own(rule, form):
    leading_axes_are_a_loop(rule, form, wider_state(rule))
