"""Law: the gradient by every input is the derivative by it, exactly.

Each input is moved by itself in a random direction; truncated series over the rationals, or over
intervals where a rule needs exp, give the derivative (see `truth`).
"""

import numpy as np
import pytest

from tests.derivative.truth import arrays, calls, derivative, inner, like, series_numbers
from tests.draws import every_rule
from tests.exact import assert_same


def gradients_are_derivatives(rule, seed=0, form=None):
    """Raise unless that holds for every input of one call."""
    system = series_numbers(rule)
    x, dout, dstate = calls(rule, system, seed)
    grads = rule.vjp(**x, dout=dout, dstate=dstate, form=form, chunk=2)
    for name, value in arrays(rule, x).items():
        change = like(system, value, seed + 3)
        got = inner(getattr(grads, name), change)
        want = derivative(rule, system, x, {name: change}, dout, dstate)
        assert_same(_cell(got), _cell(want), f"{rule.name}: derivative by {name}")


def _cell(number):
    cell = np.empty((), dtype=object)
    cell[()] = number
    return cell


@pytest.mark.parametrize("rule", every_rule())
def test_every_gradient_is_the_derivative(rule):
    gradients_are_derivatives(rule)
