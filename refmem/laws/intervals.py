"""Law: in certified intervals every form encloses the same value, and that is the exact one."""

from __future__ import annotations

from refmem.laws.calls import Call
from refmem.laws.draws import drawn
from refmem.laws.exact import assert_enclosures_overlap
from refmem.laws.law import Law
from refmem.laws.systems import INTERVALS
from refmem.memory.rule import Rule


def enclosures_overlap(rule: Rule, form: str, x: Call) -> None:
    assert_enclosures_overlap(rule(**x, form=form, chunk=2), rule(**x), f"{rule.name}.{form}")


def _try(rule: Rule, form: str, seed: int) -> None:
    enclosures_overlap(rule, form, drawn(rule, seed, INTERVALS))


LAW = Law(
    "intervals",
    __doc__,
    _try,
    "the transition, if other forms than the definition are wrong; else a division by what may be "
    "zero, or a branch on a number",
)
