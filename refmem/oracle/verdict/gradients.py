"""Is the gradient of a kernel that of its memory?

    allowed = c * (error of the rule's own gradient in that arithmetic) + (rounding)           c = 4

The truth is `rule.vjp` in float64 (longdouble for float64 kernels), on the inputs the kernel sees.
The rule's error is the worst of `rule.vjp` in the kernel's arithmetic, by the tape and by the
adjoint in each of its forms, and of what the gradient moves by when each number it is made from is
off by half a unit in its last place: where the rule happens to round nothing, a kernel that gets
the same number another way may. Cotangents are dout, and dstate where the state is one matrix.

c is twice that of outputs, because backward passes take more ways through the same numbers. 5874
gradients by torch's autograd of 19 right functions (FLA's naive ones, transformers' fallbacks)
reach 4.6 times what c = 2 allows without the last of these errors, and 88 miss it. With it and
c = 4 all pass but 9, up to 2.5 times too far off, with one key channel and by chunked functions
that invert a triangular matrix where they could solve with it: that costs digits indeed.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from refmem.memory import StateRule
from refmem.oracle.border.arrays import as_numpy
from refmem.oracle.border.conventions import FACTOR_INPUTS, LOG_INPUTS, Convention, log_of_2
from refmem.oracle.border.layouts import STATE, Arrays
from refmem.oracle.cases.case import Case
from refmem.oracle.cases.draws import Random, signed
from refmem.oracle.cases.inputs import has_matrix_state
from refmem.oracle.cases.reference import OUT, arguments, unchecked
from refmem.oracle.targets.target import MisbehavedError, Target, UnavailableError
from refmem.oracle.verdict.budget import Expected, Verdict, allowed_errors, call_options, judge
from refmem.oracle.verdict.metrics import measure
from refmem.support.wording import what_was_raised

FACTOR = 4
"""c: how many times the rule's own error a candidate's may be; see the module."""

ADJOINT_FORMS = ("recurrent", "parallel", "chunked")


def without_gradient(case: Case, convention: Convention) -> str:
    """Why gradients are not compared for a case; "" if they are."""
    if {"lengths", "slots"} & case.inputs.keys():
        return "gradients are of one call, without packed sequences or slots"
    if convention.norm:
        return "gradients by what the callee normalises itself are not defined here"
    if convention.gate == "factor" and set(LOG_INPUTS) & case.inputs.keys():
        return "gradients by a factor that the rule takes as a logarithm are not defined here"
    if not all(np.isfinite(x).all() for x in case.inputs.values()):
        return "gradients at an infinite input are not defined here"
    return ""


@dataclass(frozen=True)
class Backward:
    """A backward pass: what it is asked, and what it should give.

    foreign   the inputs of a case, and dout and dstate, as a convention has them
    seen      the inputs as the oracle sees them, in refmem's grammar
    along     the cotangents of out and, where it is one matrix, of state
    """

    case: Case
    convention: Convention
    foreign: Arrays
    seen: Arrays
    along: Arrays
    expected: Expected


def judge_gradient(target: Target, case: Case) -> Verdict:
    """Judge the gradients that a target returns, by the convention's names of the inputs.

    It gets the inputs of the case, and dout and dstate.
    """
    stateless = bool(getattr(target, "stateless", ()))
    backward = expect_gradients(case, target.convention, target.dtype, stateless)
    try:
        found = run_backward(target, backward)
    except MisbehavedError as error:
        return Verdict(np.inf, np.inf, str(error))
    return judge(backward.expected, found, "gradient by ")


def expect_gradients(
    case: Case, convention: Convention, dtype: Any, stateless: bool = False
) -> Backward:
    """What is asked of a backward pass, with truth and budget; without dstate if `stateless`."""
    dtype = np.dtype(dtype)
    along = _cotangents(case)
    if stateless:
        along.pop("state", None)
    foreign = convention.to_foreign(case.inputs, case.axes, dtype)
    placed = convention.to_foreign(along, {"out": OUT, "state": STATE}, dtype)
    wide = np.longdouble if dtype == np.float64 else np.float64
    seen = convention.to_grammar(foreign, case.inputs, case.axes, wide)
    truth = gradients(case, seen, along, convention, true_form(case))
    arithmetic = np.promote_types(dtype, np.float32)
    narrow = convention.to_grammar(foreign, case.inputs, case.axes, arithmetic)
    own = [gradients(case, narrow, along, convention, form) for form in _forms(case)]
    own.append(_nudged_gradients(case, foreign, along, convention, arithmetic, wide))
    allowed = {
        name: allowed_errors(
            [measure(run[name], x) for run in own], convention.dtype_of(name, dtype), FACTOR
        )
        for name, x in truth.items()
    }
    expected = Expected(dtype, truth, allowed, convention.dtype_of("state", dtype))
    asked = foreign | {f"d{name}": placed[convention.name(name)] for name in along}
    return Backward(case, convention, asked, seen, along, expected)


def run_backward(target: Target, backward: Backward) -> Arrays:
    """Gradients of a target in refmem's grammar; `MisbehavedError` if none come of it."""
    case, convention = backward.case, backward.convention
    try:
        found = target.run(target.operators[0], case, dict(backward.foreign))
        return {
            name: convention.part_to_grammar(
                name, as_numpy(found[convention.name(name)]), x.shape, case.axes[name]
            )
            for name, x in backward.expected.truth.items()
        }
    except (UnavailableError, MisbehavedError):
        raise
    except Exception as error:
        raise MisbehavedError(what_was_raised(error)) from error


def true_form(case: Case) -> str | None:
    """The way to the truth: token by token where the rule is linear, else the tape."""
    return "recurrent" if _is_linear(case) else None


def _forms(case: Case) -> list[str | None]:
    """The ways to a gradient: the tape, and the forms of a linear rule's adjoint."""
    forms = ADJOINT_FORMS if _is_linear(case) else ()
    return [None, *(form for form in forms if form in case.rule.forms)]


def _is_linear(case: Case) -> bool:
    return isinstance(case.rule, StateRule) and case.rule.transition is not None


def _cotangents(case: Case) -> Arrays:
    """Small dyadic numbers for the outputs and, where it is one matrix, for the last state."""
    result = case.rule(**arguments(case, case.inputs), **case.options)
    parts = {"out": result.out} | ({"state": result.state} if has_matrix_state(case.rule) else {})
    return {
        name: signed(Random(f"{case.name}/d{name}", case.seed), x.shape, 0)
        for name, x in parts.items()
    }


def gradients(
    case: Case,
    inputs: Arrays,
    along: Arrays,
    convention: Convention,
    form: str | None = None,
    vjp: Callable[..., dict[str, Any]] | None = None,
) -> Arrays:
    """Gradients by each input as the convention has it, in refmem's grammar and the inputs' dtype.

    vjp is the rule's own, in that form, unless another is given.
    """
    dtype = next(inputs[name].dtype for name in case.axes)
    cotangents = {f"d{name}": x.astype(dtype) for name, x in along.items()}
    call = arguments(case, inputs) | call_options(case, convention) | cotangents
    grads = vjp(**call) if vjp else case.rule.vjp(**call, form=form)._asdict()
    named = {name: grads[name] for name in case.axes if "." not in name}
    return {
        name: by_gate(convention, name, inputs[name], x)
        for name, x in named.items()
        if x is not None
    }


def _nudged_gradients(
    case: Case, foreign: Arrays, along: Arrays, convention: Convention, arithmetic: Any, wide: Any
) -> Arrays:
    """The gradients in a wide dtype where every number is off by half a unit in its last place."""
    half = np.finfo(arithmetic).eps / 2

    def nudged(name: str, x: np.ndarray) -> np.ndarray:
        signs = Random(f"{case.name}/{name}/nudge", case.seed).choose([-1, 1], x.shape)
        return x.astype(wide) * (1 + half * signs.astype(wide))

    moved = {name: nudged(name, x) for name, x in foreign.items()}
    inputs = convention.to_grammar(moved, case.inputs, case.axes, wide)
    cotangents = {name: nudged(f"d{name}", x) for name, x in along.items()}
    moved_case = dataclasses.replace(case, rule=unchecked(case.rule))
    return gradients(moved_case, inputs, cotangents, convention, true_form(case))


def by_gate(convention: Convention, name: str, gate: np.ndarray, x: np.ndarray) -> np.ndarray:
    """A gradient by what is passed: the gate, or a logarithm of it."""
    if name in FACTOR_INPUTS and convention.gate in ("log", "log2"):
        x = gate * x
    if name in FACTOR_INPUTS + LOG_INPUTS and convention.gate == "log2":
        x = x * log_of_2(x)
    return x
