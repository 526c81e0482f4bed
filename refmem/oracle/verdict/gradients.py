"""Is the gradient of a kernel that of its memory?

    allowed = c * (error of the rule's own gradient in that arithmetic) + (rounding)           c = 4

The truth is `rule.vjp` in float64 (longdouble for float64 kernels), on the inputs the kernel sees,
pulled back to what it is passed: through its gates and through its normalising of q and k.
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
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from refmem.derivative.tape import pull, traced, values
from refmem.memory import StateRule
from refmem.oracle.border.arrays import as_numpy
from refmem.oracle.border.conventions import Convention
from refmem.oracle.border.layouts import STATE, Arrays, Shape
from refmem.oracle.cases.case import Case
from refmem.oracle.cases.draws import Random, signed
from refmem.oracle.cases.inputs import has_matrix_state
from refmem.oracle.cases.reference import OUT, arguments, as_returned, unchecked
from refmem.oracle.targets.target import MisbehavedError, Target, UnavailableError
from refmem.oracle.verdict.budget import Expected, Verdict, allowed_errors, call_options, judge
from refmem.oracle.verdict.metrics import measure
from refmem.support.wording import what_was_raised

AXES = {"out": OUT, "state": STATE}
"""Of what has a cotangent."""

FACTOR = 4
"""c: how many times the rule's own error a candidate's may be; see the module."""

ADJOINT_FORMS = ("recurrent", "parallel", "chunked")


def without_gradient(case: Case) -> str:
    """Why gradients are not compared for a case; "" if they are."""
    if {"lengths", "slots"} & case.inputs.keys():
        return "gradients are of one call, without packed sequences or slots"
    if not all(np.isfinite(x).all() for x in case.inputs.values()):
        return "gradients at an infinite input are not defined here"
    return ""


@dataclass(frozen=True, eq=False)
class ExpectedGradients(Expected):
    """What a backward pass must give; a gradient has the dtype of what it is by."""

    dtypes: Mapping[str, np.dtype] = field(default_factory=dict)

    def dtype_of(self, part: str) -> np.dtype:
        """That of a gradient."""
        return self.dtypes[part]


@dataclass(frozen=True)
class Backward:
    """A backward pass: what it is asked, and what it should give.

    foreign   the inputs of a case, and dout and dstate, as a convention has them
    raws      the same in refmem's layout and a wide dtype
    seen      the rule's inputs that these stand for
    along     the cotangents of out and, where it is one matrix, of state
    """

    case: Case
    convention: Convention
    foreign: Arrays
    raws: Arrays
    seen: Arrays
    along: Arrays
    expected: ExpectedGradients


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
    along = _cotangents(case, convention)
    if stateless:
        along.pop("state", None)
    foreign = convention.to_foreign(case, dtype)
    wide = np.longdouble if dtype == np.float64 else np.float64
    raws = convention.unplaced(case, foreign, wide)
    truth = gradients(case, raws, along, convention, true_form(case))
    arithmetic = np.promote_types(dtype, np.float32)
    narrow = convention.unplaced(case, foreign, arithmetic)
    own = [gradients(case, narrow, along, convention, form) for form in _forms(case)]
    own.append(_nudged_gradients(case, foreign, along, convention, arithmetic, wide))
    dtypes = {name: convention.dtype_of(name, dtype) for name in truth}
    allowed = {
        name: allowed_errors([measure(run[name], x) for run in own], dtypes[name], FACTOR)
        for name, x in truth.items()
    }
    expected = ExpectedGradients(dtype, truth, allowed, dtypes=dtypes)
    asked = {
        f"d{name}": convention.part_to_foreign(
            name, as_returned(case, convention, name, x), AXES[name], dtype
        )
        for name, x in along.items()
    }
    seen = convention.meant(case, raws)
    return Backward(case, convention, foreign | asked, raws, seen, along, expected)


def run_backward(target: Target, backward: Backward) -> Arrays:
    """Gradients of a target in refmem's grammar; `MisbehavedError` if none come of it."""
    case, convention = backward.case, backward.convention
    axes = convention.raw_axes(case)
    try:
        found = target.run(target.operators[0], case, dict(backward.foreign))
        return {
            name: convention.part_to_grammar(
                name, _gradient(found, name, convention), x.shape, axes[name]
            )
            for name, x in backward.expected.truth.items()
        }
    except (UnavailableError, MisbehavedError):
        raise
    except Exception as error:
        raise MisbehavedError(what_was_raised(error)) from error


def _gradient(found: Mapping[str, Any], name: str, convention: Convention) -> np.ndarray:
    """The gradient by an input, of those that came back by their names."""
    theirs = convention.name(name)
    if found.get(theirs) is None:
        raise MisbehavedError(f"gradient by {theirs} was not returned, expected an array")
    return as_numpy(found[theirs])


def true_form(case: Case) -> str | None:
    """The way to the truth: token by token where the rule is linear, else the tape."""
    return "recurrent" if _is_linear(case) else None


def _forms(case: Case) -> list[str | None]:
    """The ways to a gradient: the tape, and the forms of a linear rule's adjoint."""
    forms = ADJOINT_FORMS if _is_linear(case) else ()
    return [None, *(form for form in forms if form in case.rule.forms)]


def _is_linear(case: Case) -> bool:
    return isinstance(case.rule, StateRule) and case.rule.transition is not None


def _cotangents(case: Case, convention: Convention) -> Arrays:
    """Cotangents of the outputs and, where it is one matrix, of the last state."""
    result = case.rule(**arguments(case, case.inputs), **case.options)
    parts = {"out": result.out} | ({"state": result.state} if has_matrix_state(case.rule) else {})
    return {name: cotangent(case, convention, name, x.shape) for name, x in parts.items()}


def cotangent(case: Case, convention: Convention, part: str, shape: Shape) -> np.ndarray:
    """Small dyadic numbers for a part of a result.

    Of a state that heads share, and that a candidate returns once, all but the first are zero.
    """
    drawn, x = signed(Random(f"{case.name}/d{part}", case.seed), shape, 0), np.zeros(shape)
    as_returned(case, convention, part, x)[...] = as_returned(case, convention, part, drawn)
    return x


def gradients(
    case: Case,
    raws: Arrays,
    along: Arrays,
    convention: Convention,
    form: str | None = None,
    vjp: Callable[..., dict[str, Any]] | None = None,
) -> Arrays:
    """Gradients by what a convention passes, in refmem's layout and the dtype of these arrays.

    vjp is the rule's own, in that form, unless another is given.
    """
    nodes = traced(raws)
    inputs = convention.meant(case, nodes)
    dtype = next(iter(raws.values())).dtype
    cotangents = {f"d{name}": x.astype(dtype) for name, x in along.items()}
    call = arguments(case, values(inputs)) | call_options(case, convention) | cotangents
    grads = vjp(**call) if vjp else case.rule.vjp(**call, form=form)._asdict()
    return pulled_back(case, convention, nodes, inputs, grads)


def pulled_back(
    case: Case,
    convention: Convention,
    nodes: Mapping[str, Any],
    inputs: Mapping[str, Any],
    grads: Mapping[str, Any],
) -> Arrays:
    """Gradients by raw numbers, from those by the inputs that were made of them.

    nodes   the raw numbers, traced; the inputs are `convention.meant` of these
    """
    made = [one for one in convention.spellings(case) if grads.get(one.name) is not None]
    wanted = {name: nodes[name] for one in made for name in one.raw_axes}
    by_inputs = [grads[one.name] for one in made]
    return dict(pull([inputs[one.name] for one in made], by_inputs, wanted))


def _nudged_gradients(
    case: Case, foreign: Arrays, along: Arrays, convention: Convention, arithmetic: Any, wide: Any
) -> Arrays:
    """The gradients in a wide dtype where every number is off by half a unit in its last place."""
    half = np.finfo(arithmetic).eps / 2

    def nudged(name: str, x: np.ndarray) -> np.ndarray:
        signs = Random(f"{case.name}/{name}/nudge", case.seed).choose([-1, 1], x.shape)
        return x.astype(wide) * (1 + half * signs.astype(wide))

    moved = {name: nudged(name, x) for name, x in foreign.items()}
    raws = convention.unplaced(case, moved, wide)
    cotangents = {name: nudged(f"d{name}", x) for name, x in along.items()}
    moved_case = dataclasses.replace(case, rule=unchecked(case.rule))
    return gradients(moved_case, raws, cotangents, convention, true_form(case))
