"""Law: every form of a rule is the same function as its definition, exactly.

Over the field of 2^61 - 1 elements a false identity of polynomials of degree n holds at a uniform
point with probability at most n / 2^61 (Schwartz, Zippel). No rule
goes beyond 8 T + 8 for T tokens, at most 56 for the 6 tokens drawn here, so that one
agreement leaves 2.5e-17 of doubt. A rule that divides agrees after clearing denominators, which at
most doubles that. On the rationals the same lines run on numbers that people can read.
"""

from __future__ import annotations

from refmem.laws.calls import Call
from refmem.laws.draws import drawn
from refmem.laws.exact import assert_same
from refmem.laws.law import Law
from refmem.laws.systems import FIELD, FRACTIONS, RATIONALS
from refmem.memory.rule import Rule

LOOK = "the transition, if it is the definition's step that is right; step and transition are one"


def forms_agree(rule: Rule, form: str, x: Call) -> None:
    assert_same(rule(**x, form=form, chunk=2), rule(**x), f"{rule.name}.{form}")


def _over_the_field(rule: Rule, form: str, seed: int) -> None:
    forms_agree(rule, form, drawn(rule, seed, FIELD))


def _over_the_rationals(rule: Rule, form: str, seed: int) -> None:
    for numbers in (RATIONALS, FRACTIONS):
        forms_agree(rule, form, drawn(rule, seed, numbers, T=(2, 4)))


LAWS = (
    Law("field", __doc__, _over_the_field, LOOK),
    Law("rationals", __doc__, _over_the_rationals, LOOK),
)
