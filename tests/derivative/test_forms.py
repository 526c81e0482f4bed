"""An adjoint in any form is the tape through the definition: `refmem.laws.gradients.adjoints`."""

import pytest

from refmem import RULES
from refmem.laws.gradients.adjoints import (
    BLOCKS,
    adjoint_is_the_tape,
    left_out_is_zero,
    with_adjoint,
)
from tests.draws import every_rule

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


@pytest.mark.parametrize("rule", every_rule())
def test_a_cotangent_that_is_left_out_is_zero(rule):
    left_out_is_zero(rule)
