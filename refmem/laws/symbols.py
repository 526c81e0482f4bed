"""Law: on symbols a rule is the expression that its numbers are values of.

Every form runs on one symbol an entry; putting rational numbers in afterwards gives what the
definition makes of those numbers.
"""

from __future__ import annotations

from fractions import Fraction

import numpy as np

from refmem.algebra.numbers import symbols
from refmem.laws.draws import sample
from refmem.laws.exact import assert_same
from refmem.laws.law import Law
from refmem.laws.systems import FRACTIONS, sympy
from refmem.memory.rule import Rule

FINE = FRACTIONS._replace(grid=1009)
"""Fractions that are hardly ever zero: where a quotient is 0/0, the expression is not its value."""


def numbers_may_be_put_in(rule: Rule, form: str, seed: int = 0) -> None:
    x = sample(rule, FINE, seed, T=2, K=2, V=1, state=False)
    letters = {name: symbols(name, x[name].shape) for name in rule.inputs}
    values = {
        letter: sympy().Rational(number.numerator, number.denominator)
        for name in rule.inputs
        for letter, number in zip(letters[name].flat, x[name].flat, strict=True)
    }
    out = rule(**(x | letters), form=form).out
    put_in = np.array([sympy().sympify(entry).xreplace(values) for entry in out.flat], dtype=object)
    assert all(entry.is_Rational for entry in put_in), f"{rule.name}.{form}: {put_in}"
    got = np.array([Fraction(entry.p, entry.q) for entry in put_in], dtype=object)
    assert_same(got.reshape(out.shape), rule(**x).out, f"{rule.name}.{form}")


LAW = Law(
    "symbols",
    __doc__,
    numbers_may_be_put_in,
    "branches on the value of a number: a symbol has none",
    needs=("rationals",),
    bits=0,
)
