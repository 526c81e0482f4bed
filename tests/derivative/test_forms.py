"""Law: an adjoint in any form, of blocks of any length, is the tape through the definition.

A cotangent that is left out is one of zeros.
"""

import pytest

from refmem import RULES
from refmem.derivative.tape import each_leaf
from refmem.forms import ADJOINT_FORMS
from refmem.memory import CacheRule, StateRule
from tests.derivative.truth import calls
from tests.draws import every_rule, proof_numbers
from tests.exact import assert_same

EVERY_ADJOINT = [
    pytest.param(rule, form, id=f"{rule.name}-{form}")
    for rule in RULES
    for form in rule.forms
    if form != "fast"
    if isinstance(rule, CacheRule) or (isinstance(rule, StateRule) and form in ADJOINT_FORMS)
]


@pytest.mark.parametrize("chunk", [1, 2, 9])
@pytest.mark.parametrize(("rule", "form"), EVERY_ADJOINT)
def test_every_adjoint_is_the_tape_through_the_definition(rule, form, chunk):
    x, dout, dstate = calls(rule, proof_numbers(rule), T=5, V=3)
    want = rule.vjp(**x, dout=dout, dstate=dstate)
    got = rule.vjp(**x, dout=dout, dstate=dstate, form=form, chunk=chunk)
    assert_same(tuple(got), tuple(want), f"{rule.name}.{form}")


@pytest.mark.parametrize("rule", every_rule())
def test_a_cotangent_that_is_left_out_is_zero(rule):
    x, dout, dstate = calls(rule, proof_numbers(rule))
    of_out = rule.vjp(**x, dout=dout)
    assert_same(
        tuple(rule.vjp(**x, dout=dout, dstate=None if dstate is None else times(dstate, 0))),
        tuple(of_out),
        rule.name,
    )


def times(tree, number):
    """Every array of a structure times a number."""
    return each_leaf(lambda x: None if x is None else x * number, tree)
