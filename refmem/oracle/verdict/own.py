"""What the rule itself gives in a candidate's arithmetic: in each of its forms, which sum in
different orders; as kernels do that sum the logarithms of gates over a chunk; where heads are wide,
as kernels do that add up channels one by one; of scores, with a scale that is rounded in another
way; and where a candidate makes an input itself, such as a gate or normalised keys, with that
rounded in another way."""

from __future__ import annotations

import copy
import dataclasses
from collections.abc import Collection, Iterator
from typing import Any

import numpy as np

from refmem.memory import CacheRule
from refmem.oracle.border.layouts import Arrays
from refmem.oracle.cases.case import Case
from refmem.oracle.cases.draws import Random
from refmem.oracle.cases.inputs import has_matrix_state
from refmem.oracle.cases.reference import run_rule, unchecked

CHUNKS = (8, 16, 37)
"""Tokens in a chunk of the chunked form here: short, so that it differs from the parallel form."""

ORDERS = ("recurrent", "parallel", "chunked", "scan", "stabilised")
"""Forms that sum in orders that kernels sum in."""

SCANNED = 33
"""The widest keys of a scan, which multiplies matrices as wide as the state."""

LOGS_OF = 64
"""Tokens in a chunk over which logarithms of gates are summed."""


def own_runs(
    case: Case, inputs: Arrays, call: dict[str, Any], made: Collection[str] = ()
) -> list[Arrays]:
    """The parts of the results; `call` are the options of the call, `made` the inputs that the
    candidate makes."""
    runs = [run_rule(case, inputs, **call, **form) for form in forms_of(case)]
    if case.regime.sums_logs and _fades(case.rule):
        runs.append(_run_on_summed_logs(case, inputs, call))
    if isinstance(case.rule, CacheRule) and "q" in inputs:
        runs.append(run_rule(case, inputs | {"q": _scaled_up(inputs["q"])}, **call))
    if case.regime.K > SCANNED:
        channels = [name for name, axes in case.axes.items() if "K" in axes]
        runs.append(_run_moved(case, inputs, call, channels, units_of_sum(case.regime.K)))
    if made:
        runs.append(_run_moved(case, inputs, call, made))
    return runs


def _scaled_up(x: np.ndarray) -> np.ndarray:
    """Queries under a scale that is rounded in another way: a large score moves by as much."""
    return x * (1 + np.finfo(x.dtype).eps)


def units_of_sum(terms: int) -> float:
    """How many units in the last place a term of a sum is off where terms are added one by one.

    The nth of them takes part in terms - n additions, and half a unit is lost at most in each, in
    either direction: sqrt((terms - n)/12) units, and over all terms sqrt(terms/24).

    >>> units_of_sum(96)
    2.0
    """
    return float(np.sqrt(terms / 24))


def _run_moved(
    case: Case, inputs: Arrays, call: dict[str, Any], names: Collection[str], units: float = 1
) -> Arrays:
    """What the rule gives where each number of some inputs is off by so many units in its last
    place, up or down."""

    def moved(name: str, x: np.ndarray) -> np.ndarray:
        signs = Random(f"{case.name}/{name}/made", case.seed).choose([-1, 1], x.shape)
        return x * (1 + units * np.finfo(x.dtype).eps * signs).astype(x.dtype)

    others = {name: moved(name, x) if name in names else x for name, x in inputs.items()}
    free = dataclasses.replace(case, rule=unchecked(case.rule))
    return run_rule(free, others, **call)


def forms_of(case: Case) -> Iterator[dict[str, Any]]:
    """The forms, as arguments of a call."""
    definition = case.rule.forms[0]
    for form in case.rule.forms:
        if form == "chunked":
            yield from ({"form": form, "chunk": chunk} for chunk in CHUNKS)
        elif form == definition or (form in ORDERS and _is_in_reach(case, form)):
            yield {"form": form}


def _is_in_reach(case: Case, form: str) -> bool:
    return form != "scan" or (has_matrix_state(case.rule) and case.regime.K <= SCANNED)


def _fades(rule: Any) -> bool:
    return getattr(rule, "transition", None) is not None or "log_alpha" in rule.inputs


def _run_on_summed_logs(case: Case, inputs: Arrays, call: dict[str, Any]) -> Arrays:
    """The chunked form where each gate is a quotient of cumulated ones, rounded as sums of their
    logarithms are."""
    other: Any = copy.copy(case.rule)
    if getattr(case.rule, "transition", None) is not None:
        other.transition = lambda **x: _with_summed_logs(case.rule.transition(**x))  # type: ignore
    else:
        other.lookup = lambda **x: _with_summed_terms(case.rule.lookup(**x))  # type: ignore
    changed = dataclasses.replace(case, rule=other)
    return run_rule(changed, inputs, **call, form="chunked", chunk=CHUNKS[-1])


def _with_summed_logs(transition: Any) -> Any:
    decay = transition.decay
    if decay is None:
        return transition
    axis = -3 if transition.columns else -2
    terms = np.log(decay.astype(np.float64), where=decay > 0, out=np.zeros(decay.shape))
    found = np.exp(rounded_in_sums(terms, decay.dtype, axis)).astype(decay.dtype)
    return transition._replace(decay=np.where(decay > 0, found, decay))


def _with_summed_terms(look: Any) -> Any:
    terms = look.log_alpha
    finite = np.isfinite(terms)
    found = rounded_in_sums(np.where(finite, terms, 0), terms.dtype, -1).astype(terms.dtype)
    return look._replace(log_alpha=np.where(finite, found, terms))


def rounded_in_sums(terms: np.ndarray, dtype: Any, axis: int) -> np.ndarray:
    """Terms as differences of their running sums in a dtype, which start anew with every chunk.

    >>> rounded_in_sums(np.array([2.0**24, 1.0, 1.0]), np.float32, 0).tolist()
    [16777216.0, 0.0, 0.0]
    """
    rows = np.moveaxis(terms, axis, 0)
    pieces = []
    for start in range(0, len(rows), LOGS_OF):
        sums = np.cumsum(rows[start : start + LOGS_OF].astype(dtype), axis=0, dtype=dtype)
        pieces.append(np.diff(sums.astype(np.float64), axis=0, prepend=0))
    return np.moveaxis(np.concatenate(pieces) if pieces else rows, 0, axis)
