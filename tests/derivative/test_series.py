"""Law: the gradient by every input is the derivative by it, exactly.

Each input is moved by itself in a random direction; truncated series over the rationals, or over
intervals where a rule needs exp, give the derivative (see `truth`).
"""

import numpy as np
import pytest

from refmem import RULES
from tests.derivative.truth import arrays, calls, derivative, inner, like, series_numbers
from tests.draws import every_rule
from tests.exact import assert_same

RELAYS = [rule for rule in RULES if getattr(rule, "relay", None)]


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


@pytest.mark.parametrize("form", ["recurrent", "parallel", "chunked", "scan"])
@pytest.mark.parametrize("rule", RELAYS, ids=lambda rule: rule.name)
def test_so_is_that_of_memories_in_a_row_in_every_form(rule, form):
    gradients_are_derivatives(rule, form=form)
