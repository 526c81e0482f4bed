"""Law: a sequence cut anywhere, its state passed on, is the whole sequence."""

from __future__ import annotations

import numpy as np

from refmem.laws.calls import Call, cut, tokens
from refmem.laws.draws import drawn
from refmem.laws.exact import assert_same
from refmem.laws.law import Law
from refmem.memory import Result
from refmem.memory.rule import Rule


def resumes(rule: Rule, form: str, x: Call) -> None:
    """Every cut: before the first token, between any two, after the last."""
    whole, T = rule(**x, form=form, chunk=2), tokens(rule, x)
    for at in range(T + 1):
        before = {"state": x.get("state"), "form": form, "chunk": 2}
        first = rule(**cut(rule, x, 0, at), **before)
        rest = rule(**cut(rule, x, at, T), **(before | {"state": first.state}))
        joined = Result(np.concatenate([first.out, rest.out], axis=-2), rest.state)
        assert_same(joined, whole, f"{rule.name}.{form} cut before token {at}")


def _try(rule: Rule, form: str, seed: int) -> None:
    resumes(rule, form, drawn(rule, seed))


LAW = Law(
    "resume",
    __doc__,
    _try,
    "what a token needs and the state does not hold; an `initial` of numbers that are not nothing",
)
