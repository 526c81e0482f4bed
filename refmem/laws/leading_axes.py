"""Law: leading axes broadcast, and are a Python loop over batch and heads."""

from __future__ import annotations

from typing import Any

import numpy as np

from refmem.grammar.state import each
from refmem.laws.calls import Call
from refmem.laws.draws import proof_numbers, sample
from refmem.laws.exact import assert_same
from refmem.laws.law import Law
from refmem.memory.rule import Rule

LEAD = (2, 3)


def leading_axes_are_a_loop(rule: Rule, form: str, x: Call) -> None:
    """`x` has inputs whose leading axes broadcast to LEAD, perhaps not all of it."""
    whole = rule(**x, form=form, chunk=2)
    lead = whole.out.shape[:-2]
    for index in np.ndindex(lead):
        alone = rule(**_at(rule, x, lead, index), form=form, chunk=2)
        part = type(whole)(whole.out[index], each(lambda S, at=index: S[at], whole.state))
        assert_same(part, alone, f"{rule.name}.{form} at {index} of {lead}")


def _at(rule: Rule, x: Call, lead: tuple[int, ...], index: tuple[int, ...]) -> Call:
    """One element of the loop: every input and the state without leading axes."""
    call = dict(x)
    place: tuple[Any, ...] = (*index, ...)
    for name in rule.inputs.keys() & x.keys():
        core = x[name].shape[x[name].ndim - len(rule.inputs[name].split()) :]
        call[name] = np.broadcast_to(x[name], lead + core)[place]
    if "state" in x:
        call["state"] = each(lambda S: S[index], x["state"])
    return call


def wider_state(rule: Rule, seed: int = 0) -> Call:
    """A call whose state brings leading axes of its own."""
    x, wide = (sample(rule, proof_numbers(rule), seed, T=3, lead=lead) for lead in ((3,), LEAD))
    return x | {"state": wide["state"]}


def _try(rule: Rule, form: str, seed: int) -> None:
    state, system = seed % 2 == 0, proof_numbers(rule)
    x = sample(rule, system, seed, T=3, lead=LEAD, state=state, spread=True)
    leading_axes_are_a_loop(rule, form, x)
    leading_axes_are_a_loop(rule, form, wider_state(rule, seed))


LAW = Law(
    "leading axes",
    __doc__,
    _try,
    "axes counted from the front, sums without an axis, and arrays made without x.lead",
)
