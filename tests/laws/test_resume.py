"""Law: a sequence cut anywhere, its state passed on, is the whole sequence."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from refmem import Result
from tests.draws import cut, every_form, inputs, some_shapes, tokens
from tests.exact import assert_same


def resumes(rule, form, x):
    """Every cut: before the first token, between any two, after the last."""
    whole, T = rule(**x, form=form, chunk=2), tokens(rule, x)
    for at in range(T + 1):
        before = {"state": x.get("state"), "form": form, "chunk": 2}
        first = rule(**cut(rule, x, 0, at), **before)
        rest = rule(**cut(rule, x, at, T), **(before | {"state": first.state}))
        joined = Result(np.concatenate([first.out, rest.out], axis=-2), rest.state)
        assert_same(joined, whole, f"{rule.name}.{form} cut before token {at}")


@pytest.mark.parametrize(("rule", "form"), every_form())
@some_shapes
@given(data=st.data())
def test_a_cut_sequence_is_the_whole(rule, form, data):
    resumes(rule, form, data.draw(inputs(rule), label="inputs"))
