"""Law: an adjoint in any form, of blocks of any length, is the tape through the definition.

A cotangent that is left out is one of zeros.
"""

from __future__ import annotations

from typing import Any

from refmem.derivative.tape import each_leaf
from refmem.forms import ADJOINT_FORMS
from refmem.laws.draws import proof_numbers
from refmem.laws.exact import assert_same
from refmem.laws.exemptions import why_exempt
from refmem.laws.gradients.along import with_cotangents
from refmem.laws.law import Law
from refmem.laws.systems import DYADIC
from refmem.memory import CacheRule, StateRule
from refmem.memory.rule import Rule

BLOCKS = (1, 2, 9)
"""Tokens from one kept memory."""


def with_adjoint(rule: Rule) -> list[str]:
    """The forms that can be pulled back; the compiled one, of floats, where these do not round."""
    some = rule.forms if isinstance(rule, CacheRule) else ADJOINT_FORMS
    exact = not why_exempt("dyadic", rule) and not isinstance(rule, CacheRule)
    found = [form for form in rule.forms if form in some and (form != "fast" or exact)]
    return found if isinstance(rule, CacheRule | StateRule) else []


def adjoint_is_the_tape(rule: Rule, form: str, chunk: int, seed: int = 0, T: int = 5) -> None:
    system = proof_numbers(rule)
    if form == "fast":
        system, T = DYADIC, min(T, 3)  # of floats, which hold the products of a few tokens
    x, dout, dstate = with_cotangents(rule, system, seed, T=T, V=3)
    want = rule.vjp(**x, dout=dout, dstate=dstate)
    got = rule.vjp(**x, dout=dout, dstate=dstate, form=form, chunk=chunk)
    assert_same(tuple(got), tuple(want), f"{rule.name}.{form}")


def left_out_is_zero(rule: Rule, seed: int = 0) -> None:
    x, dout, dstate = with_cotangents(rule, proof_numbers(rule), seed)
    zero = None if dstate is None else _times(dstate, 0)
    of_out = rule.vjp(**x, dout=dout)
    assert_same(tuple(rule.vjp(**x, dout=dout, dstate=zero)), tuple(of_out), rule.name)


def _times(tree: Any, number: int) -> Any:
    """Every array of a structure times a number."""
    return each_leaf(lambda x: None if x is None else x * number, tree)


def _try(rule: Rule, form: str, seed: int) -> None:
    adjoint_is_the_tape(rule, form, BLOCKS[seed % len(BLOCKS)], seed)


def _lacks(rule: Rule) -> str:
    return "" if with_adjoint(rule) else "it has no form with an adjoint"


LAW = Law(
    "gradient in forms",
    __doc__,
    _try,
    "the transition, and functions that the tape does not know",
    with_adjoint,
    _lacks,
    bits=1024,
)
