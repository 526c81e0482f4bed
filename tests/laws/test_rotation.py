"""Rotating keys and queries together changes nothing: `refmem.laws.rotation`."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from refmem.algebra.numbers import fractions
from refmem.laws.rotation import key_axes, rotation_does_not_show, turned
from tests.draws import every_form, inputs, some_shapes

WITH_KEYS = [param for param in every_form("rotation") if key_axes(param.values[0])]


@pytest.mark.parametrize(("rule", "form"), WITH_KEYS)
@some_shapes
@given(data=st.data())
def test_rotating_keys_and_queries_together_changes_nothing(rule, form, data):
    rotation_does_not_show(rule, form, data.draw(inputs(rule), label="inputs"))


def test_the_rotation_is_orthogonal():
    R = turned(fractions(np.eye(4, dtype=int)), 1)
    assert (np.eye(4, dtype=int) == R @ R.T).all()
    assert (np.eye(4, dtype=int) != R).any()
