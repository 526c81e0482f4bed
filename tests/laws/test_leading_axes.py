"""Law: leading axes broadcast, and are a Python loop over batch and heads."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from refmem.grammar.state import each
from tests.draws import every_form, proof_numbers, sample, some_shapes
from tests.exact import assert_same

LEAD = (2, 3)


def leading_axes_are_a_loop(rule, form, x):
    """`x` has inputs whose leading axes broadcast to LEAD, perhaps not all of it."""
    whole = rule(**x, form=form, chunk=2)
    lead = whole.out.shape[:-2]
    for index in np.ndindex(lead):
        alone = rule(**_at(rule, x, lead, index), form=form, chunk=2)
        part = type(whole)(whole.out[index], each(lambda S, at=index: S[at], whole.state))
        assert_same(part, alone, f"{rule.name}.{form} at {index} of {lead}")


def _at(rule, x, lead, index):
    """One element of the loop: every input and the state without leading axes."""
    call = dict(x)
    for name in rule.inputs.keys() & x.keys():
        core = x[name].shape[x[name].ndim - len(rule.inputs[name].split()) :]
        call[name] = np.broadcast_to(x[name], lead + core)[(*index, ...)]
    if "state" in x:
        call["state"] = each(lambda S: S[index], x["state"])
    return call


@pytest.mark.parametrize(("rule", "form"), every_form())
@some_shapes
@given(seed=st.integers(0, 2**32 - 1), state=st.booleans())
def test_leading_axes_are_a_loop(rule, form, seed, state):
    x = sample(rule, proof_numbers(rule), seed, T=3, lead=LEAD, state=state, spread=True)
    leading_axes_are_a_loop(rule, form, x)


@pytest.mark.parametrize(("rule", "form"), every_form())
def test_a_state_may_bring_leading_axes_of_its_own(rule, form):
    x = sample(rule, proof_numbers(rule), T=3, lead=(3,))
    wide = sample(rule, proof_numbers(rule), T=3, lead=LEAD)["state"]
    leading_axes_are_a_loop(rule, form, x | {"state": wide})
