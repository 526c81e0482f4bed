"""What the laws of the compiled form run over: all that has it, at shapes that fit no block."""

from __future__ import annotations

from typing import Any

import pytest

from refmem import RULES
from refmem.laws.exemptions import why_exempt
from refmem.memory import CacheRule, StateRule

LINEAR = [rule for rule in RULES if isinstance(rule, StateRule) and rule.transition]
RELAYS = [rule for rule in RULES if isinstance(rule, StateRule) and rule.relay]
KEEPS_ALL = [rule for rule in RULES if isinstance(rule, CacheRule)]

SHAPES = [(1, 129), (129, 1), (3, 60), (60, 3), (5, 17), (17, 5), (129, 60)]
"""K and V: fewer than lanes (16 or 32), no multiple of them, and several times as many."""


def exact_on_floats(rules: list[Any]) -> list[Any]:
    """Parameters for rules that do not round on halves; others are skipped with their reason."""
    excused = {rule.name: why_exempt("dyadic", rule) for rule in rules}
    return [
        pytest.param(rule, id=rule.name, marks=pytest.mark.skip(reason=f"{rule.name} {why}"))
        if (why := excused[rule.name])
        else pytest.param(rule, id=rule.name)
        for rule in rules
    ]
