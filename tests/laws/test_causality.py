"""Law: a token changes nothing before it: outputs of earlier tokens stay the same bit for bit."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.draws import FLOAT64, every_form, inputs, redrawn_from, some_shapes, tokens
from tests.exact import assert_same


def is_causal(rule, form, x, t):
    before = rule(**x, form=form, chunk=2).out
    after = rule(**redrawn_from(rule, FLOAT64, x, t), form=form, chunk=2).out
    assert_same(after[..., :t, :], before[..., :t, :], f"{rule.name}.{form} before token {t}")


@pytest.mark.parametrize(("rule", "form"), every_form())
@some_shapes
@given(data=st.data())
def test_later_tokens_leave_earlier_outputs_alone(rule, form, data):
    x = data.draw(inputs(rule, FLOAT64, T=(2, 6)), label="inputs")
    is_causal(rule, form, x, data.draw(st.integers(1, tokens(rule, x) - 1), label="t"))
