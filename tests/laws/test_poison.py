"""Law: a later token changes nothing before it even if it is no number: NaN and infinity stay put.

A form that multiplies what a token may not see by zero, in place of leaving it out, breaks this:
0 * NaN is NaN. Outputs and states before the poisoned tokens are compared bit for bit.
"""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from refmem import RULES
from refmem.grammar.state import each
from tests.draws import FLOAT64, inputs, some_shapes, time_axis, tokens
from tests.exact import assert_same

EVERY_FORM = [
    pytest.param(rule, form, id=f"{rule.name}-{form}") for rule in RULES for form in rule.forms
]


def poisoned_from(rule, x, t, poison):
    """The same call with `poison` in every input of token t and later, where the range has it."""
    call, T = dict(x), tokens(rule, x)
    for name in rule.inputs.keys() & x.keys():
        kind = rule.kinds[name]
        refused = np.isnan(poison) and not kind.nan
        place = time_axis(rule, name)
        if place is None or refused or not (np.isnan(poison) or kind.least <= poison <= kind.most):
            continue
        call[name] = x[name].copy()
        rows = np.moveaxis(call[name], place, 0)
        rows[t * len(rows) // T :] = poison
    return call


def poison_stays(rule, form, x, t, poison):
    before = rule(**x, form=form, chunk=4, states=True)
    with np.errstate(all="ignore"):
        after = rule(**poisoned_from(rule, x, t, poison), form=form, chunk=4, states=True)
    what = f"{rule.name}.{form} before {poison} from token {t}"
    assert_same(after.out[..., :t, :], before.out[..., :t, :], what)
    assert_same(until(after, t), until(before, t), f"{what}: states")


def until(trace, t):
    """The states after the first t tokens."""
    if isinstance(trace.states, list):
        return trace.states[:t]
    lead = trace.out.ndim - 2
    return each(lambda states: states[(slice(None),) * lead + (slice(t),)], trace.states)


@pytest.mark.parametrize(("rule", "form"), EVERY_FORM)
@some_shapes
@given(data=st.data(), poison=st.sampled_from([np.nan, np.inf, -np.inf]))
def test_a_token_that_is_no_number_changes_nothing_before_it(rule, form, data, poison):
    x = data.draw(inputs(rule, FLOAT64, T=(2, 6)), label="inputs")
    poison_stays(rule, form, x, data.draw(st.integers(1, tokens(rule, x) - 1), label="t"), poison)
