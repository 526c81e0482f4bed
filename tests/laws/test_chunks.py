"""Law: any chunk length gives the same outputs and state."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from refmem import RULES
from tests.draws import inputs, some_shapes, tokens
from tests.exact import assert_same

CHUNKED = [pytest.param(rule, id=rule.name) for rule in RULES if "chunked" in rule.forms]


def chunks_do_not_show(rule, form, x):
    """Every length from one token to more than there are, against the definition."""
    for chunk in range(1, tokens(rule, x) + 2):
        got = rule(**x, form=form, chunk=chunk)
        assert_same(got, rule(**x), f"{rule.name}.{form} with chunk={chunk}")


@pytest.mark.parametrize("rule", CHUNKED)
@some_shapes
@given(data=st.data())
def test_any_chunk_gives_the_same(rule, data):
    chunks_do_not_show(rule, "chunked", data.draw(inputs(rule), label="inputs"))
