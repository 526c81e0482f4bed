"""Any chunk length gives the same: `refmem.laws.chunks`."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from refmem import RULES
from refmem.laws.chunks import chunks_do_not_show
from tests.draws import inputs, some_shapes

CHUNKED = [pytest.param(rule, id=rule.name) for rule in RULES if "chunked" in rule.forms]


@pytest.mark.parametrize("rule", CHUNKED)
@some_shapes
@given(data=st.data())
def test_any_chunk_gives_the_same(rule, data):
    chunks_do_not_show(rule, "chunked", data.draw(inputs(rule), label="inputs"))
