"""Law: an adjoint in any form, of blocks of any length, is the tape through the definition.

A form of a memory that is linear, or a relay of such memories, runs nothing of the definition. A
cotangent that is left out is one of zeros.
"""

import pytest

from refmem import RULES
from refmem.derivative.tape import each_leaf
from refmem.forms import ADJOINT_FORMS, STATE_FORMS
from refmem.memory import CacheRule, StateRule
from tests.derivative.truth import calls
from tests.draws import DYADIC, FLOAT64, every_rule, proof_numbers
from tests.exact import assert_same
from tests.forms.steps import OF_STEPS

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


STATES = [rule for rule in RULES if isinstance(rule, StateRule)]
LINEAR = [rule for rule in STATES if rule.transition or rule.relay]


def test_every_general_form_has_an_adjoint():
    assert ADJOINT_FORMS.keys() == STATE_FORMS.keys()


@pytest.mark.parametrize("form", ADJOINT_FORMS)
@pytest.mark.parametrize("rule", LINEAR, ids=lambda rule: rule.name)
def test_an_adjoint_runs_nothing_of_the_definition(rule, form, monkeypatch):
    x, dout, dstate = calls(rule, FLOAT64)
    monkeypatch.setattr(rule, "step", None)
    assert rule.vjp(**x, dout=dout, dstate=dstate, form=form).state is not None


@pytest.mark.parametrize("chunk", [1, 2, 9])
@pytest.mark.parametrize("form", ADJOINT_FORMS)
@pytest.mark.parametrize("name", OF_STEPS)
def test_every_adjoint_of_several_steps_is_the_tape_too(name, form, chunk):
    rule = OF_STEPS[name]
    x, dout, dstate = calls(rule, DYADIC if form == "fast" else proof_numbers(rule), T=3)
    want = rule.vjp(**x, dout=dout, dstate=dstate)
    got = rule.vjp(**x, dout=dout, dstate=dstate, form=form, chunk=chunk)
    assert_same(tuple(got), tuple(want), f"{name}.{form}")


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
