"""Law: any chunk length gives the same outputs and state."""

from __future__ import annotations

from collections.abc import Iterable

from refmem.laws.calls import Call, tokens
from refmem.laws.draws import drawn
from refmem.laws.exact import assert_same
from refmem.laws.law import Law
from refmem.memory.rule import Rule


def chunks_do_not_show(rule: Rule, form: str, x: Call) -> None:
    """Every length from one token to more than there are, against the definition."""
    for chunk in range(1, tokens(rule, x) + 2):
        got = rule(**x, form=form, chunk=chunk)
        assert_same(got, rule(**x), f"{rule.name}.{form} with chunk={chunk}")


def _try(rule: Rule, form: str, seed: int) -> None:
    chunks_do_not_show(rule, form, drawn(rule, seed))


def _chunked(rule: Rule) -> Iterable[str]:
    return [form for form in rule.forms if form == "chunked"]


def _lacks(rule: Rule) -> str:
    return "" if _chunked(rule) else "it has no chunked form"


LAW = Law(
    "chunks",
    __doc__,
    _try,
    "what the transition counts from the start of a call: places, running sums",
    _chunked,
    _lacks,
)
