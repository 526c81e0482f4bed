"""A step along the imaginary axis: `refmem.laws.gradients.complex_step`."""

import pytest

from refmem.laws.gradients.complex_step import an_imaginary_step_says_the_same
from tests.draws import every_rule

FEWER = {"titans_mlp": {"T": 1, "state": False}}
"""A memory of two layers: its degree triples with every token, and 53 bits hold one only."""


@pytest.mark.parametrize("rule", every_rule("rationals", "dyadic", "complex"))
def test_a_step_along_the_imaginary_axis(rule):
    an_imaginary_step_says_the_same(rule, **FEWER.get(rule.name, {"T": 2}))
