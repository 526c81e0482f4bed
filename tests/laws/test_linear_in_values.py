"""Law: outputs are linear in the values and the memory together, where the rule is.

A memory that is one matrix (K, V) is scaled and added like the values; any other starts empty.
"""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.draws import every_form, inputs, proof_numbers, redrawn_from, some_shapes
from tests.exact import assert_same


def is_linear_in_values(rule, form, x):
    """rule(2 v + w) = 2 rule(v) + rule(w), for two draws v and w of the values and the memory."""
    one = _from_a_matrix(x)
    fresh = redrawn_from(rule, proof_numbers(rule), one, 0)
    other = one | {"v": fresh["v"]} | {n: S[..., ::-1, :] for n, S in one.items() if n == "state"}
    both = one | {n: 2 * one[n] + other[n] for n in ("v", "state") if n in one}
    out, of_one, of_other = (rule(**call, form=form, chunk=2).out for call in (both, one, other))
    assert_same(out, 2 * of_one + of_other, f"{rule.name}.{form} of 2 v + w")


def _from_a_matrix(x):
    """The same call, from nothing unless the memory has the values' own columns."""
    state = x.get("state")
    if isinstance(state, np.ndarray) and state.shape[-1] == x["v"].shape[-1]:
        return x
    return {name: value for name, value in x.items() if name != "state"}


WITH_VALUES = [param for param in every_form("linear in v") if "v" in param.values[0].inputs]


@pytest.mark.parametrize(("rule", "form"), WITH_VALUES)
@some_shapes
@given(data=st.data())
def test_outputs_are_linear_in_the_values(rule, form, data):
    is_linear_in_values(rule, form, data.draw(inputs(rule), label="inputs"))
