"""Is the gradient of a kernel that of its memory?

The truth is `rule.vjp` in float64 (longdouble for float64 kernels), on the inputs the kernel sees.
The budget is made as for outputs, from what `rule.vjp` gives in the kernel's arithmetic: by the
tape, and by the adjoint in each of its forms. Cotangents are dout, and dstate where the state is
one matrix.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from refmem.memory import StateRule
from refmem.oracle.arrays import as_numpy
from refmem.oracle.budget import Expected, Verdict, allowed_errors, call_options, judge
from refmem.oracle.cases import Case, has_matrix_state
from refmem.oracle.conventions import FACTOR_INPUTS, LOG_INPUTS, Convention
from refmem.oracle.draws import Random, signed
from refmem.oracle.layouts import STATE, Arrays
from refmem.oracle.metrics import measure
from refmem.oracle.reference import OUT, arguments
from refmem.oracle.targets.target import MisbehavedError, Target, UnavailableError

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


def judge_gradient(target: Target, case: Case) -> Verdict:
    """Judge the gradients that a target returns, by the convention's names of the inputs.

    It gets the inputs of the case, and dout and dstate.
    """
    convention, dtype = target.convention, target.dtype
    foreign = convention.to_foreign(case.inputs, case.axes, dtype)
    along = _cotangents(case)
    if getattr(target, "stateless", ()):
        along.pop("state", None)
    placed = convention.to_foreign(along, {"out": OUT, "state": STATE}, dtype)
    given = {f"d{name}": placed[convention.name(name)] for name in along}
    wide = np.longdouble if dtype == np.float64 else np.float64
    truth = _gradients(case, foreign, along, convention, wide, None)
    try:
        found = target.run(target.operators[0], case, foreign | given)
        parts = {
            name: convention.part_to_grammar(
                name, as_numpy(found[convention.name(name)]), x.shape, case.axes[name]
            )
            for name, x in truth.items()
        }
    except UnavailableError:
        raise
    except MisbehavedError as error:
        return Verdict(np.inf, np.inf, str(error))
    except Exception as error:
        return Verdict(np.inf, np.inf, " ".join(f"raised {type(error).__name__}: {error}".split()))
    arithmetic = np.promote_types(dtype, np.float32)
    own = [_gradients(case, foreign, along, convention, arithmetic, form) for form in _forms(case)]
    verdicts = [
        _judge_one(
            name, x, truth[name], [run[name] for run in own], convention.dtype_of(name, dtype)
        )
        for name, x in parts.items()
    ]
    worst = max(verdicts, key=lambda verdict: verdict.share)
    reasons = "; ".join(f"gradient by {one.reason}" for one in verdicts if one.reason)
    return Verdict(worst.error, worst.share, reasons)


def _judge_one(
    name: str, x: np.ndarray, truth: np.ndarray, own: list[np.ndarray], dtype: np.dtype
) -> Verdict:
    allowed = allowed_errors([measure(one, truth) for one in own], dtype)
    return judge(Expected(dtype, {name: truth}, {name: allowed}), {name: x})


def _forms(case: Case) -> list[str | None]:
    """The ways to a gradient: the tape, and the forms of a linear rule's adjoint."""
    if isinstance(case.rule, StateRule) and case.rule.transition is not None:
        return [None, *(form for form in ADJOINT_FORMS if form in case.rule.forms)]
    return [None]


def _cotangents(case: Case) -> Arrays:
    """Small dyadic numbers for the outputs and, where it is one matrix, for the last state."""
    result = case.rule(**arguments(case, case.inputs), **case.options)
    parts = {"out": result.out} | ({"state": result.state} if has_matrix_state(case.rule) else {})
    return {
        name: signed(Random(f"{case.name}/d{name}", case.seed), x.shape, 0)
        for name, x in parts.items()
    }


def _gradients(
    case: Case, foreign: Arrays, along: Arrays, convention: Convention, dtype: Any, form: str | None
) -> Arrays:
    """Gradients by each input as the convention has it, in refmem's grammar."""
    inputs = convention.to_grammar(foreign, case.inputs, case.axes, dtype)
    cotangents = {f"d{name}": x.astype(dtype) for name, x in along.items()}
    call = arguments(case, inputs) | call_options(case, convention) | cotangents
    grads = case.rule.vjp(**call, form=form)
    named = {name: getattr(grads, name) for name in case.axes if "." not in name}
    return {
        name: _by_gate(convention, name, inputs[name], x)
        for name, x in named.items()
        if x is not None
    }


def _by_gate(convention: Convention, name: str, gate: np.ndarray, x: np.ndarray) -> np.ndarray:
    """A gradient by what is passed: the gate, or a logarithm of it."""
    if name in FACTOR_INPUTS and convention.gate in ("log", "log2"):
        x = gate * x
    if name in FACTOR_INPUTS + LOG_INPUTS and convention.gate == "log2":
        x = x * x.dtype.type(np.log(2))
    return x
