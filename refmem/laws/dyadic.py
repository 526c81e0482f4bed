"""Law: where no operation rounds, float64 is exact: every form, bit for bit.

The inputs are multiples of 1/2 of size at most 1, so that every sum of products of four tokens is a
multiple of 2^-40 well below 2^12: float64 holds it, and has no tolerance to hide behind.
"""

from __future__ import annotations

import numpy as np

from refmem.algebra.numbers import rationals
from refmem.grammar.state import each
from refmem.laws.calls import Call
from refmem.laws.draws import drawn
from refmem.laws.exact import assert_same
from refmem.laws.law import Law, every_form
from refmem.laws.systems import DYADIC
from refmem.memory.rule import Rule


def float64_is_exact(rule: Rule, form: str, x: Call) -> None:
    exact = {n: each(rationals, value) for n, value in x.items() if n in {*rule.inputs, "state"}}
    out, state = rule(**x, form=form, chunk=2)
    want = rule(**(x | exact))
    assert_same(rationals(out), want.out, f"{rule.name}.{form}: out")
    assert_same(each(rationals, state), want.state, f"{rule.name}.{form}: state")
    assert out.dtype == np.float64


def _try(rule: Rule, form: str, seed: int) -> None:
    float64_is_exact(rule, form, drawn(rule, seed, DYADIC, T=(1, 4)))


LAW = Law(
    "dyadic",
    __doc__,
    _try,
    'a quotient, which rounds: a rule that divides says uses=("/",)',
    every_form,
    needs=("rationals",),
)
