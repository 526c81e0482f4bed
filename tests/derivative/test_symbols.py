"""Law: what SymPy makes of the shipped forward lines is what the shipped backward lines say.

The rule runs on symbols for one, two and three tokens; the derivative of <dout, out> by every entry
of every input, taken by SymPy, is the entry of the gradient as an expression: for all numbers.
Rules that divide are simplified to one fraction, which is affordable for one token. The slope of
max(x, 0) at 0, which SymPy leaves open or takes for a half, is 0 here.
"""

import numpy as np
import pytest
import sympy as sp

from refmem.algebra.numbers import symbols
from tests.draws import FRACTIONS, every_rule, sample

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


def is_sympys(rule, T, K, simplify):
    """Raise unless SymPy's derivative by every entry is the gradient's."""
    x = sample(rule, FRACTIONS, T=T, K=K, V=1, state=False)
    letters = {name: symbols(name, np.shape(x[name])) for name in rule.inputs}
    x = x | letters
    out = rule(**x).out
    dout = symbols("dout", out.shape)
    grads = rule.vjp(**x, dout=dout, form=rule.forms[0])
    total = (dout * out).sum()
    for name, entries in letters.items():
        for letter, got in zip(entries.flat, getattr(grads, name).flat, strict=True):
            difference = sp.diff(total, letter) - got
            difference = difference.replace(sp.Heaviside, lambda at, *_: sp.Heaviside(at, 0))
            assert simplify(difference) == 0, f"{rule.name}: derivative by {letter}"
