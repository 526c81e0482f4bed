"""The gradient by every input is the derivative by it: `refmem.laws.gradients.derivative`."""

import pytest

from refmem import RULES
from refmem.laws.gradients.derivative import gradients_are_derivatives
from tests.draws import every_rule

RELAYS = [rule for rule in RULES if getattr(rule, "relay", None)]


@pytest.mark.parametrize("rule", every_rule())
def test_every_gradient_is_the_derivative(rule):
    gradients_are_derivatives(rule)


@pytest.mark.parametrize("form", ["recurrent", "parallel", "chunked", "scan"])
@pytest.mark.parametrize("rule", RELAYS, ids=lambda rule: rule.name)
def test_so_is_that_of_memories_in_a_row_in_every_form(rule, form):
    gradients_are_derivatives(rule, form=form)
