"""Pulling back is the transpose of pushing forward: `refmem.laws.gradients.duality`."""

import pytest

from refmem.laws.gradients.duality import is_dual
from tests.draws import every_rule


@pytest.mark.parametrize("rule", every_rule())
def test_pulling_back_is_the_transpose_of_pushing_forward(rule):
    is_dual(rule)
