"""In a test suite a kernel is diagnosed once a run, whichever of its cases fails first."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Iterable, Sequence
from typing import Any

from refmem.oracle.explain.backward import GradientDiagnosis, diagnose_gradients
from refmem.oracle.explain.diagnosis import Diagnosis, diagnose
from refmem.oracle.targets.target import Target
from refmem.oracle.verdict.laws import is_gradient
from refmem.oracle.verdict.outcomes import Outcome

KEPT = 64
"""How many kernels are remembered."""

Found = list[Diagnosis | GradientDiagnosis]

_known: OrderedDict[Any, Found] = OrderedDict()


def diagnose_once(
    target: Target, failed: Sequence[Outcome], look: Callable[[], Iterable[Outcome]]
) -> Found:
    """What is wrong with a target, looked for when the first of its cases fails.

    failed   outcomes of the case that failed just now
    look     gives outcomes of other cases of the rule, such as those of `smoke_cases`; it is called
             only if nothing is known of the target yet
    """
    key = (_identity(target), failed[0].rule, any(is_gradient(one.case) for one in failed))
    found = _known.pop(key, [])
    if not found:
        found = _explain(target, [*failed, *look()]) or _explain(target, failed)
    _known[key] = found
    while len(_known) > KEPT:
        _known.popitem(last=False)
    return found


def _explain(target: Target, outcomes: Sequence[Outcome]) -> Found:
    once = list({(one.operator, one.case): one for one in outcomes}.values())
    return [*diagnose(target, once), *diagnose_gradients(target, once)]


def _identity(target: Target) -> Any:
    """What makes a target another one: its function, and how it takes its arrays.

    A test suite makes a target anew for every case, around the same function, which is kept here,
    so that no other one takes its place.
    """
    function = _Same(getattr(target, "function", target))
    return function, target.name, str(target.dtype), repr(target.convention)


class _Same:
    """A thing by what it is, not by what it equals."""

    def __init__(self, thing: Any) -> None:
        self.thing = thing

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Same) and other.thing is self.thing

    def __hash__(self) -> int:
        return id(self.thing)
