"""Law: a token changes nothing before it: outputs of earlier tokens stay the same bit for bit."""

from __future__ import annotations

from refmem.laws.calls import Call, redrawn_from, tokens
from refmem.laws.draws import drawn
from refmem.laws.exact import assert_same
from refmem.laws.law import Law, every_form
from refmem.laws.systems import FLOAT64
from refmem.memory.rule import Rule


def is_causal(rule: Rule, form: str, x: Call, t: int) -> None:
    before = rule(**x, form=form, chunk=2).out
    after = rule(**redrawn_from(rule, FLOAT64, x, t), form=form, chunk=2).out
    assert_same(after[..., :t, :], before[..., :t, :], f"{rule.name}.{form} before token {t}")


def _try(rule: Rule, form: str, seed: int) -> None:
    x = drawn(rule, seed, FLOAT64, T=(2, 6))
    for t in range(1, tokens(rule, x)):
        is_causal(rule, form, x, t)


LAW = Law(
    "causality",
    __doc__,
    _try,
    "what takes a sum or a mean over all tokens, and inputs that are not of one token alone",
    every_form,
    bits=0,
)
