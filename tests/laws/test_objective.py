"""A write is one gradient step on the objective: `refmem.laws.objective`."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from refmem.laws import objective
from refmem.laws.draws import proof_numbers, sample
from tests.draws import every_rule, some_shapes

WITH_ONE = [p for p in every_rule("objective") if not objective.LAW.lacks(p.values[0])]


@pytest.mark.parametrize("rule", WITH_ONE)
@some_shapes
@given(seed=st.integers(0, 2**32 - 1), T=st.integers(1, 4), state=st.booleans())
def test_a_write_is_one_gradient_step(rule, seed, T, state):
    x = sample(rule, proof_numbers(rule), seed, T=T, lead=(2,), state=state, spread=True)
    objective.write_is_descent(rule, x)
