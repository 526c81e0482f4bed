"""A gradient is an array of its own: `refmem.laws.gradients.as_given`, and the word it rests on."""

import numpy as np
import pytest

import refmem
from refmem.laws.gradients.as_given import shares_no_memory
from refmem.memory.gradients import apart

WITH_GRADIENTS = [rule for rule in refmem.RULES if hasattr(rule, "vjp") and "k" in rule.inputs]


@pytest.mark.parametrize("rule", WITH_GRADIENTS, ids=lambda rule: rule.name)
def test_gradients_share_no_memory(rule):
    shares_no_memory(rule)


def test_an_array_that_is_a_part_or_shared_is_copied():
    x = np.zeros(4)
    assert apart(x, [None, np.zeros(4)]) is x
    for given, others in ((x, [x]), (x, [x[1:]]), (x[:2], [])):
        assert apart(given, others) is not given
