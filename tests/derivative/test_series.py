"""The gradient by every input is the derivative by it: `refmem.laws.gradients.derivative`."""

import pytest

from refmem.laws.gradients.derivative import gradients_are_derivatives
from tests.draws import every_rule


@pytest.mark.parametrize("rule", every_rule())
def test_every_gradient_is_the_derivative(rule):
    gradients_are_derivatives(rule)
