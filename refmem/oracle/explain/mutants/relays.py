"""Mutants of relays: what goes wrong between one memory and the next that is made with it."""

from __future__ import annotations

import copy
from typing import Any

import numpy as np

from refmem.memory import Result, StateRule
from refmem.oracle.cases.case import Case
from refmem.oracle.explain.mutants.abilities import both, is_resumed, tokens
from refmem.oracle.explain.mutants.mutant import Memory, Mutant


def is_relay(case: Case) -> bool:
    """Several memories, each made with what those before it recalled; more than one token."""
    return isinstance(case.rule, StateRule) and bool(case.rule.relay) and tokens(case) > 1


def recalled_late(case: Case, rule: Any) -> Any:
    """The last memory is made with what the others recalled a token ago; the first with its own."""
    other = copy.copy(rule)
    *earlier, last = rule.relay

    def late(**x: Any) -> Any:
        rows = {name: x[name] for name in earlier}
        shifted = {n: np.concatenate([a[..., :1, :], a[..., :-1, :]], -2) for n, a in rows.items()}
        return rule.relay[last](**x | shifted)

    other.relay = dict(rule.relay) | {last: late}
    return other


def first_part_forgotten(case: Case, memory: Memory) -> Memory:
    """Of a state that is passed, the first memory begins with zeros."""

    def call(**given: Any) -> Result:
        S = given.get("state")
        if S is None:
            return memory(**given)
        return memory(**given | {"state": S._replace(**{S._fields[0]: np.zeros_like(S[0])})})

    return call


RELAYS = (
    Mutant(
        "recalled a token late",
        "its last memory made with what the others recalled a token ago",
        (),
        "whether the smaller memory is read before or after the token's own write",
        rule=recalled_late,
        fits=is_relay,
    ),
    Mutant(
        "first part of the state ignored",
        "the first part of the state that is passed ignored",
        (),
        "the smaller state, which goes along with the memory",
        call=first_part_forgotten,
        fits=both(is_relay, is_resumed),
    ),
)
