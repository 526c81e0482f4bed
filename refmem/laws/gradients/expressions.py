"""Law: what SymPy makes of the shipped forward lines is what the shipped backward lines say.

The rule runs on symbols for one, two and three tokens; the derivative of <dout, out> by every entry
of every input, taken by SymPy, is the entry of the gradient as an expression: for all numbers.
Rules that divide are simplified to one fraction, which is affordable for one token. The slope of
max(x, 0) at 0, which SymPy leaves open or takes for a half, is 0 here.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from refmem.algebra.numbers import symbols
from refmem.laws.draws import sample
from refmem.laws.law import Law, itself
from refmem.laws.systems import FRACTIONS, sympy
from refmem.memory.rule import Rule


def is_sympys(rule: Rule, T: int, K: int, simplify: Callable[[Any], Any]) -> None:
    """Raise unless SymPy's derivative by every entry is the gradient's."""
    x = sample(rule, FRACTIONS, T=T, K=K, V=1, state=False)
    letters = {name: symbols(name, np.shape(x[name])) for name in rule.inputs}
    x = x | letters
    out = rule(**x).out
    dout = symbols("dout", out.shape)
    grads = rule.vjp(**x, dout=dout, form=rule.forms[0])
    total, zero_slope = (dout * out).sum(), lambda at, *_: sympy().Heaviside(at, 0)
    for name, entries in letters.items():
        for letter, got in zip(entries.flat, getattr(grads, name).flat, strict=True):
            difference = sympy().diff(total, letter) - got
            difference = difference.replace(sympy().Heaviside, zero_slope)
            assert simplify(difference) == 0, f"{rule.name}: derivative by {letter}"


def _try(rule: Rule, form: str, seed: int) -> None:
    is_sympys(rule, T=1, K=1, simplify=sympy().cancel)


LAW = Law(
    "gradient in symbols",
    __doc__,
    _try,
    "functions that the tape does not know, and branches on the value of a number",
    itself,
    needs=("rationals", "symbols"),
    bits=0,
)
