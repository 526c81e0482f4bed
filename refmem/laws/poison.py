"""Law: a later token changes nothing before it even if it is no number: NaN and infinity stay put.

A form that multiplies what a token may not see by zero, in place of leaving it out, breaks this:
0 * NaN is NaN. Outputs and states before the poisoned tokens are compared bit for bit.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from refmem.grammar.state import each
from refmem.laws.calls import Call, time_axis, tokens
from refmem.laws.draws import drawn
from refmem.laws.exact import assert_same
from refmem.laws.law import Law, every_form
from refmem.laws.systems import FLOAT64
from refmem.memory import Trace
from refmem.memory.rule import Rule

POISONS = (np.nan, np.inf, -np.inf)


def poisoned_from(rule: Rule, x: Call, t: int, poison: float) -> Call:
    """The same call with `poison` in every input of token t and later, where the range has it."""
    call, T = dict(x), tokens(rule, x)
    for name in rule.inputs.keys() & x.keys():
        kind = rule.kinds[name]
        refused = np.isnan(poison) and not kind.nan
        place = time_axis(rule, name)
        if place is None or refused or not (np.isnan(poison) or kind.least <= poison <= kind.most):
            continue
        call[name] = x[name].copy()
        rows = np.moveaxis(call[name], place, 0)
        rows[t * len(rows) // T :] = poison
    return call


def poison_stays(rule: Rule, form: str, x: Call, t: int, poison: float) -> None:
    before = rule(**x, form=form, chunk=4, states=True)
    with np.errstate(all="ignore"):
        after = rule(**poisoned_from(rule, x, t, poison), form=form, chunk=4, states=True)
    what = f"{rule.name}.{form} before {poison} from token {t}"
    assert_same(after.out[..., :t, :], before.out[..., :t, :], what)
    assert_same(until(after, t), until(before, t), f"{what}: states")


def until(trace: Trace, t: int) -> Any:
    """The states after the first t tokens."""
    if isinstance(trace.states, list):
        return trace.states[:t]
    lead = trace.out.ndim - 2
    return each(lambda states: states[(slice(None),) * lead + (slice(t),)], trace.states)


def _try(rule: Rule, form: str, seed: int) -> None:
    x = drawn(rule, seed, FLOAT64, T=(2, 6))
    for t in range(1, tokens(rule, x)):
        poison_stays(rule, form, x, t, POISONS[seed % len(POISONS)])


LAW = Law(
    "poison",
    __doc__,
    _try,
    "a mask that multiplies by zero; use np.where, and the words of refmem.algebra",
    every_form,
    bits=0,
)
