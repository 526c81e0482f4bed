"""Law: where no operation rounds, float64 is exact: every form, bit for bit.

The inputs are multiples of 1/2 of size at most 1, so that every sum of products of four tokens is a
multiple of 2^-40 well below 2^12: float64 holds it, and has no tolerance to hide behind.
"""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from refmem.algebra.numbers import rationals
from refmem.grammar.state import each
from tests.draws import DYADIC, every_form, inputs, some_shapes
from tests.exact import assert_same


def float64_is_exact(rule, form, x):
    exact = {n: each(rationals, value) for n, value in x.items() if n in {*rule.inputs, "state"}}
    out, state = rule(**x, form=form, chunk=2)
    want = rule(**(x | exact))
    assert_same(rationals(out), want.out, f"{rule.name}.{form}: out")
    assert_same(each(rationals, state), want.state, f"{rule.name}.{form}: state")
    assert out.dtype == np.float64


@pytest.mark.parametrize(("rule", "form"), every_form("rationals", "dyadic"))
@some_shapes
@given(data=st.data())
def test_float64_is_the_rational_result(rule, form, data):
    float64_is_exact(rule, form, data.draw(inputs(rule, DYADIC, T=(1, 4)), label="inputs"))
