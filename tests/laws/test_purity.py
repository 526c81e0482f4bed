"""Law: a call modifies nothing it was given, and what it returns shares no memory with it."""

import copy

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.draws import FLOAT64, every_form, inputs, some_shapes
from tests.exact import assert_same


def arrays(x):
    """Every array in a call, a result or a state."""
    if isinstance(x, np.ndarray):
        yield x
    elif isinstance(x, dict | tuple | list):
        for part in x.values() if isinstance(x, dict) else x:
            yield from arrays(part)


def is_pure(rule, form, x, states):
    given = list(arrays(x))
    before = copy.deepcopy(given)
    returned = list(arrays(tuple(rule(**x, form=form, chunk=2, states=states))))
    assert_same(given, before, f"inputs after {rule.name}.{form}")
    for place, one in enumerate(returned):
        assert one.flags.writeable, f"{rule.name}.{form} returns a read-only array"
        for other in given + returned[:place]:
            assert not np.shares_memory(one, other), f"{rule.name}.{form} returns an alias"


@pytest.mark.parametrize(("rule", "form"), every_form())
@some_shapes
@given(data=st.data(), states=st.booleans())
def test_nothing_is_modified_or_aliased(rule, form, data, states):
    is_pure(rule, form, data.draw(inputs(rule, FLOAT64, T=(0, 5)), label="inputs"), states)
