"""What a function returned, taken apart as its contract says, or as can be found out."""

from __future__ import annotations

from typing import Any

import numpy as np

from refmem.memory import StaticRule
from refmem.oracle.border.arrays import as_numpy
from refmem.oracle.cases.case import Case
from refmem.oracle.targets.contract import IN_PLACE, STATE, Contract


def taken_apart(
    result: Any,
    contract: Contract,
    case: Case,
    axes: int | None,
    before: np.ndarray | None,
    passed: Any,
) -> tuple[Any, Any]:
    """(out, state) of what came back; no state is None, and whatever else came is not looked at.

    axes     how many the state has; None where it is made of fields
    before   the state that was passed, as it was; None if none was
    passed   the same afterwards, as the function's own kind of array
    """
    things = list(result) if isinstance(result, tuple | list) else [result]
    if contract.returns:
        named = _as_declared(things, contract)
        return named["out"], _copy(passed) if IN_PLACE in contract.returns else named.get(STATE)
    if isinstance(case.rule, StaticRule):
        return things[0], None
    state = next((thing for thing in things[1:] if _may_be_state(thing, axes)), None)
    if state is None and before is not None and _differs(passed, before):
        state = _copy(passed)
    return things[0], state


def _as_declared(things: list[Any], contract: Contract) -> dict[str, Any]:
    expected = [name for name in contract.returns if name != IN_PLACE]
    if len(things) < len(expected):
        raise TypeError(f"returned {_count(things)}, expected {', '.join(expected)} as declared")
    return dict(zip(expected, things, strict=False))


def _may_be_state(thing: Any, axes: int | None) -> bool:
    """Whether it is of the kind of the rule's state: fields, or an array of as many axes."""
    return isinstance(thing, dict | tuple) if axes is None else getattr(thing, "ndim", None) == axes


def _differs(passed: Any, before: np.ndarray) -> bool:
    now = as_numpy(passed)
    return now.shape == before.shape and not np.array_equal(now, before, equal_nan=True)


def _copy(passed: Any) -> np.ndarray | None:
    return None if passed is None else as_numpy(passed).copy()


def _count(things: list[Any]) -> str:
    return "1 thing" if len(things) == 1 else f"{len(things)} things"
