"""Law: a gradient is an array of its own, of no other gradient's memory nor of what was given."""

import itertools

import numpy as np
import pytest

import refmem
from refmem.derivative.tape import leaves
from refmem.memory.gradients import apart
from tests.draws import floats, sample

WITH_GRADIENTS = [rule for rule in refmem.RULES if hasattr(rule, "vjp") and "k" in rule.inputs]


@pytest.mark.parametrize("rule", WITH_GRADIENTS, ids=lambda rule: rule.name)
def test_gradients_share_no_memory(rule):
    x = sample(rule, floats(np.float64), T=3, K=4, V=4, lead=(2,))
    dout = np.ones_like(rule(**x).out)
    given = [a for a in leaves((x, dout)) if isinstance(a, np.ndarray)]
    grads = [g for g in leaves(tuple(rule.vjp(**x, dout=dout))) if g is not None]
    for grad, other in (*itertools.product(grads, given), *itertools.combinations(grads, 2)):
        assert not np.may_share_memory(grad, other), f"{rule.name}: a gradient is an alias"


def test_an_array_that_is_a_part_or_shared_is_copied():
    x = np.zeros(4)
    assert apart(x, [None, np.zeros(4)]) is x
    for given, others in ((x, [x]), (x, [x[1:]]), (x[:2], [])):
        assert apart(given, others) is not given
