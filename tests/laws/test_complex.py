"""On complex numbers nothing is conjugated: `refmem.laws.analytic`."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from refmem.laws.analytic import is_analytic
from tests.draws import every_form, some_shapes


@pytest.mark.parametrize(("rule", "form"), every_form("dyadic", "complex"))
@some_shapes
@given(seed=st.integers(0, 2**32 - 1), K=st.integers(1, 2), V=st.integers(1, 2))
def test_every_form_is_the_same_analytic_function(rule, form, seed, K, V):
    is_analytic(rule, form, seed, K, V)
