"""SymPy finds the same derivatives: `refmem.laws.gradients.expressions`."""

import pytest
import sympy as sp

from refmem.laws.gradients.expressions import is_sympys
from tests.draws import every_rule

TWO_LAYERS = ["titans_mlp"]
"""Memories whose polynomials have too many terms for more than one token of one number."""


@pytest.mark.parametrize("T", [1, 2, 3])
@pytest.mark.parametrize("rule", every_rule("rationals", "symbols", "degree"))
def test_sympy_finds_the_same_derivatives(rule, T):
    if rule.name in TWO_LAYERS:
        pytest.skip(f"{rule.name}: the law of one token below has to do")
    is_sympys(rule, T, K=2 if T < 3 else 1, simplify=sp.expand)


@pytest.mark.parametrize("rule", every_rule("rationals", "symbols"))
def test_sympy_finds_the_same_derivatives_of_a_quotient(rule):
    is_sympys(rule, T=1, K=1, simplify=sp.cancel)
