"""A case's golden numbers: computed in intervals, then correctly rounded to float64.

An interval that holds the true value rounds to one float once it is narrow enough; precision is
doubled until every value's does. So the numbers depend on no machine, library or order of sums.

    input.q, ...        what the rule gets, each exact in float32 (float64 arrays, as all others)
    out                 (..., T, V)
    state, states       after the last token, and after every one; a cache's grow and have no states
    dout, dstate        cotangents, and then
    grad.q, ...         gradients of <dout, out> + <dstate, state>, where all inputs are finite

A state that is not one matrix is in parts: state.key, grad.state.key, ... In another convention
than refmem's own, inputs and gradients have its names, and all arrays its layout; a gate that is
passed as a logarithm is the exact number, and the factor it stands for is not.
"""

from __future__ import annotations

import dataclasses
import importlib
from typing import Any

import numpy as np

from refmem.algebra.numbers import intervals
from refmem.derivative.tape import traced, values
from refmem.grammar.state import each
from refmem.memory import StateRule
from refmem.oracle.border.conventions import REFMEM, Convention
from refmem.oracle.border.layouts import STATE, STATES, Arrays
from refmem.oracle.cases.case import Case
from refmem.oracle.cases.reference import OUT, arguments, as_returned, state_parts
from refmem.oracle.targets.running import unsayable
from refmem.oracle.verdict.budget import call_options
from refmem.oracle.verdict.gradients import cotangent, pulled_back
from refmem.support.arguments import ChoiceError

BITS = 128
"""Precision of the first attempt."""

MOST_BITS = 8192
"""Of the last one. Above 1100 bits even a true zero rounds to zero; what is left has no value."""


class UncertainError(ValueError):
    """A value has no certain float: it is not finite, or intervals cannot follow the rule there."""


def suits(case: Case) -> bool:
    """Whether a case is one plain call: packed sequences and pools of states are several."""
    return not {"lengths", "slots"} & case.inputs.keys()


def golden(case: Case, convention: Convention = REFMEM) -> Arrays:
    """Inputs, results and gradients of a case, correctly rounded; see the module."""
    if not suits(case):
        raise ChoiceError(
            f"case has name {case.name!r}, expected one without packed sequences or slots, because "
            "golden vectors are of one call"
        )
    reason = unsayable(convention, case) or without_vectors(convention)
    if reason:
        raise ChoiceError(f"case has name {case.name!r}, which cannot be said: {reason}")
    convention = dataclasses.replace(convention, state_dtype="", dtypes={})
    foreign = convention.to_foreign(case, np.float32)
    inputs = {name: x.astype(np.float64) for name, x in foreign.items()}
    flint = importlib.import_module("flint")
    bits = BITS
    while bits <= MOST_BITS:
        try:
            with flint.ctx.workprec(bits):
                found = _rounded(_enclosures(case, convention, inputs))
        except TypeError as error:
            raise UncertainError(f"{case.name}: {error}") from error
        if not isinstance(found, str):
            given = {f"input.{name}": x for name, x in inputs.items()}
            return given | _placed(case, convention, found)
        bits *= 2
    raise UncertainError(f"{case.name}: {found} has no certain value within {MOST_BITS} bits")


def without_vectors(convention: Convention) -> str:
    """Why there are no golden vectors in a convention; "" if there are."""
    return "golden vectors are of queries and keys as given" if convention.norm else ""


def _enclosures(case: Case, convention: Convention, inputs: Arrays) -> dict[str, np.ndarray]:
    """Intervals that hold the results, in the grammar, at flint's current precision."""
    certain = {name: intervals(x) for name, x in inputs.items()}
    nodes = traced(convention.unplaced(case, certain, object))
    inputs = convention.meant(case, nodes)
    call = arguments(case, values(inputs)) | call_options(case, convention)
    if "scale" in call:
        call["scale"] = intervals(call["scale"])[()]
    run = case.rule(**call, states=True)
    after = run.states if isinstance(case.rule, StateRule) else None
    found = {"out": run.out} | state_parts(run.state) | _renamed("states", after)
    if all(np.isfinite(x).all() for x in case.inputs.values()):

        def drawn(part: str, x: np.ndarray) -> np.ndarray:
            return intervals(cotangent(case, convention, part, x.shape))

        names = iter(state_parts(run.state))
        dout, dstate = drawn("out", run.out), each(lambda S: drawn(next(names), S), run.state)
        grads = case.rule.vjp(**call, dout=dout, dstate=dstate)._asdict()
        found |= {"dout": dout} | _renamed("dstate", dstate)
        found |= _renamed("grad.state", grads.pop("state"))
        grads |= pulled_back(case, convention, nodes, inputs, grads)
        found |= {f"grad.{name}": x for name, x in grads.items() if x is not None}
    return found


def _placed(case: Case, convention: Convention, found: Arrays) -> Arrays:
    """Results and gradients by the names and in the layout of a convention."""
    if convention.layout == "grammar":
        return found
    apart = "bthd" if convention.layout == "packed" else convention.layout
    placed, passed = {}, convention.raw_axes(case)
    for name, x in found.items():
        kind, _, of = name.partition(".")
        if kind != "grad":
            axes = {"out": OUT, "dout": OUT, "states": STATES}.get(name, STATE)
            own = dataclasses.replace(convention, layout=apart) if axes == STATES else convention
            part = name.removeprefix("d")
            placed[name] = own.placed(as_returned(case, convention, part, x), axes)
        elif of in passed:
            placed[f"grad.{convention.name(of)}"] = convention.placed(x, passed[of])
    return placed


def _renamed(name: str, state: Any) -> dict[str, np.ndarray]:
    """The parts of something shaped as a state, under another name."""
    return {name + part.removeprefix("state"): x for part, x in state_parts(state).items()}


def _rounded(found: dict[str, np.ndarray]) -> Arrays | str:
    """The floats that the intervals round to; the name of an array of which one has none yet."""
    arrays = {}
    for name, x in found.items():
        y = np.zeros(np.shape(x))
        for index in np.ndindex(y.shape):
            value = nearest(x[index])
            if value is None:
                return name
            y[index] = value
        arrays[name] = y
    return arrays


def nearest(x: Any) -> float | None:
    """The float64 that every number of an interval rounds to, ties to even; None if they differ.

    >>> import flint
    >>> nearest(flint.arb(1.5)), nearest(flint.arb(0, 1))
    (1.5, None)
    """
    if isinstance(x, int):
        return float(x)
    if not x.is_finite():
        return float(x) if x.rad().is_finite() and not x.is_nan() else None
    low, high = _nearest_exact(x.lower()), _nearest_exact(x.upper())
    return low if low == high else None


def _nearest_exact(x: Any) -> float:
    """The float64 nearest to an interval of radius zero, never minus zero."""
    whole, power = (int(part) for part in x.man_exp())
    try:
        return (whole << power if power >= 0 else whole / (1 << -power)) + 0.0
    except OverflowError:
        return float("inf") if whole > 0 else float("-inf")
