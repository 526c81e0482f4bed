"""Law: a call modifies nothing it was given, and what it returns shares no memory with it."""

from __future__ import annotations

import copy

import numpy as np

from refmem.laws.calls import Call, arrays
from refmem.laws.draws import drawn
from refmem.laws.exact import assert_same
from refmem.laws.law import Law, every_form
from refmem.laws.systems import FLOAT64
from refmem.memory.rule import Rule


def is_pure(rule: Rule, form: str, x: Call, states: bool) -> None:
    given = list(arrays(x))
    before = copy.deepcopy(given)
    returned = list(arrays(tuple(rule(**x, form=form, chunk=2, states=states))))
    assert_same(given, before, f"inputs after {rule.name}.{form}")
    for place, one in enumerate(returned):
        assert one.flags.writeable, f"{rule.name}.{form} returns a read-only array"
        for other in given + returned[:place]:
            assert not np.shares_memory(one, other), f"{rule.name}.{form} returns an alias"


def _try(rule: Rule, form: str, seed: int) -> None:
    x = drawn(rule, seed, FLOAT64, T=(0, 5))
    for states in (False, True):
        is_pure(rule, form, x, states)


LAW = Law(
    "purity",
    __doc__,
    _try,
    "assignments into arrays (S[...] = ..., S += ...), and a result that is a view of an input",
    every_form,
    bits=0,
)
