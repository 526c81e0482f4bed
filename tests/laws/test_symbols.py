"""Law: on symbols a rule is the expression that its numbers are values of.

Every form runs on one symbol an entry; putting rational numbers in afterwards gives what the
definition makes of those numbers.
"""

from fractions import Fraction

import numpy as np
import pytest
import sympy as sp

from refmem.algebra.numbers import symbols
from tests.draws import FRACTIONS, every_form, sample
from tests.exact import assert_same


def numbers_may_be_put_in(rule, form):
    x = sample(rule, FRACTIONS, T=2, K=2, V=1, state=False)
    letters = {name: symbols(name, x[name].shape) for name in rule.inputs}
    values = {
        letter: sp.Rational(number.numerator, number.denominator)
        for name in rule.inputs
        for letter, number in zip(letters[name].flat, x[name].flat, strict=True)
    }
    out = rule(**(x | letters), form=form).out
    put_in = np.array([sp.sympify(entry).xreplace(values) for entry in out.flat], dtype=object)
    assert all(entry.is_Rational for entry in put_in), f"{rule.name}.{form}: {put_in}"
    got = np.array([Fraction(entry.p, entry.q) for entry in put_in], dtype=object)
    assert_same(got.reshape(out.shape), rule(**x).out, f"{rule.name}.{form}")


@pytest.mark.parametrize(("rule", "form"), every_form("rationals", "symbols"))
def test_numbers_may_be_put_in_afterwards(rule, form):
    numbers_may_be_put_in(rule, form)
