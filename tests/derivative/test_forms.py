"""An adjoint in any form is the tape through the definition: `refmem.laws.gradients.adjoints`.

A form of a memory that is linear, or a relay of such memories, runs nothing of the definition.
"""

import pytest

from refmem import RULES
from refmem.forms import ADJOINT_FORMS, STATE_FORMS
from refmem.laws.gradients.adjoints import (
    BLOCKS,
    adjoint_is_the_tape,
    left_out_is_zero,
    with_adjoint,
)
from refmem.laws.gradients.along import with_cotangents
from refmem.laws.systems import FLOAT64
from refmem.memory import StateRule
from tests.draws import every_rule
from tests.forms.steps import OF_STEPS

EVERY_ADJOINT = [
    pytest.param(rule, form, id=f"{rule.name}-{form}")
    for rule in RULES
    for form in with_adjoint(rule)
    if form != "fast"
]


@pytest.mark.parametrize("chunk", BLOCKS)
@pytest.mark.parametrize(("rule", "form"), EVERY_ADJOINT)
def test_every_adjoint_is_the_tape_through_the_definition(rule, form, chunk):
    adjoint_is_the_tape(rule, form, chunk)


STATES = [rule for rule in RULES if isinstance(rule, StateRule)]
LINEAR = [rule for rule in STATES if rule.transition or rule.relay]


def test_every_general_form_has_an_adjoint():
    assert ADJOINT_FORMS.keys() == STATE_FORMS.keys()


@pytest.mark.parametrize("form", ADJOINT_FORMS)
@pytest.mark.parametrize("rule", LINEAR, ids=lambda rule: rule.name)
def test_an_adjoint_runs_nothing_of_the_definition(rule, form, monkeypatch):
    x, dout, dstate = with_cotangents(rule, FLOAT64)
    monkeypatch.setattr(rule, "step", None)
    assert rule.vjp(**x, dout=dout, dstate=dstate, form=form).state is not None


@pytest.mark.parametrize("chunk", BLOCKS)
@pytest.mark.parametrize("form", ADJOINT_FORMS)
@pytest.mark.parametrize("name", OF_STEPS)
def test_every_adjoint_of_several_steps_is_the_tape_too(name, form, chunk):
    adjoint_is_the_tape(OF_STEPS[name], form, chunk, T=3)


@pytest.mark.parametrize("rule", every_rule())
def test_a_cotangent_that_is_left_out_is_zero(rule):
    left_out_is_zero(rule)
