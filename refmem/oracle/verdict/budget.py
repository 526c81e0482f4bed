"""How wrong a candidate may be: a little more than the rule itself, run in the same arithmetic.

    allowed = c * (error of the rule run in that arithmetic) + (rounding of the output)       c = 2

The rule's error is the worst over its forms, which sum in different orders, against the truth: the
definition in float64 (in longdouble for a float64 candidate). Where the candidate makes an input
itself, such as a gate or normalised keys, one more run has it rounded in another way. Storage is
the candidate's dtype and arithmetic at least float32, as in the field. The rounding of the output
is one unit in its last place. Gain and direction are two parts of one error that another order of
summation trades for each other, so both are allowed what the worse of them had.
"""

from __future__ import annotations

import dataclasses
import importlib
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

import numpy as np

from refmem.oracle.border.conventions import REFMEM, Convention
from refmem.oracle.border.layouts import Arrays
from refmem.oracle.cases.case import Case
from refmem.oracle.cases.draws import Random
from refmem.oracle.cases.inputs import has_matrix_state
from refmem.oracle.cases.reference import run_rule, unchecked
from refmem.oracle.verdict.metrics import Errors, as_rows, measure, row_errors, same_specials, short
from refmem.oracle.verdict.sensitivity import ask, require_sensitive

FACTOR = 2
"""c: how many times the rule's own error a candidate may have, for yet another order."""

CHUNKS = (8, 16, 37)
"""Tokens in a chunk of the chunked form here: short, so that it differs from the parallel form."""

ORDERS = ("recurrent", "parallel", "chunked", "scan")
"""Forms that sum in orders that kernels sum in; a scan multiplies matrices as wide as the state,
which is out of reach for a state of feature maps."""


@dataclass(frozen=True, eq=False)
class Expected:
    """What a case must give: each part of the result, with the errors it may have."""

    dtype: np.dtype
    truth: Arrays
    allowed: dict[str, Errors]
    convention: Convention = REFMEM

    def dtype_of(self, part: str) -> np.dtype:
        """The dtype that a part must have."""
        return self.convention.dtype_of(part, self.dtype)


@dataclass(frozen=True)
class Verdict:
    """Whether a candidate's result conforms.

    error   relative RMS, the worse of out and state
    share   the worst error against what is allowed; it passes up to 1
    reason  what is wrong and where it begins; "" if nothing is
    """

    error: float = 0
    share: float = 0
    reason: str = ""

    @property
    def passed(self) -> bool:
        """Nothing is wrong."""
        return not self.reason


def expect(case: Case, foreign: Arrays, convention: Convention, dtype: Any) -> Expected:
    """Truth and budget for the inputs a candidate sees; ValueError if the case can show nothing."""
    dtype = np.dtype(dtype)
    wide = np.longdouble if dtype == np.float64 else np.float64
    seen = convention.to_grammar(case, foreign, wide)
    call = call_options(case, convention)
    answers = ask(case, seen, call)
    truth = answers[0]
    runs = own_runs(case, foreign, convention, dtype)
    allowed = {
        part: allowed_errors(
            [measure(run[part], exact) for run in runs], convention.dtype_of(part, dtype)
        )
        for part, exact in truth.items()
    }
    require_sensitive(case, seen, answers, {part: errors.rms for part, errors in allowed.items()})
    return Expected(dtype, truth, allowed, convention)


def call_options(case: Case, convention: Convention) -> dict[str, Any]:
    """The case's options, and what the callee has of itself: an epsilon in a denominator, and the
    scale where none is (or can be) passed.
    """
    options = dict(case.options)
    if convention.denominator_eps:
        options["denominator_eps"] = convention.denominator_eps
    own = convention.default_scale(case.regime.K, case.regime.V)
    left_out = case.regime.scale is None or not convention.takes_scale
    if not (left_out and case.rule.scaled):
        return options
    options.pop("scale", None)
    return options if own is None else options | {"scale": own}


def own_runs(case: Case, foreign: Arrays, convention: Convention, dtype: Any) -> list[Arrays]:
    """What the rule gives in the candidate's arithmetic, in each of its forms."""
    arithmetic = np.promote_types(dtype, np.float32)
    inputs = convention.to_grammar(case, foreign, arithmetic)
    call = call_options(case, convention)
    orders = ORDERS if has_matrix_state(case.rule) else ORDERS[:-1]
    plain = [form for form in case.rule.forms if form in orders or form == case.rule.forms[0]]
    forms: list[dict[str, Any]] = [{"form": form} for form in plain if form != "chunked"]
    if "chunked" in plain:
        forms += [{"form": "chunked", "chunk": chunk} for chunk in CHUNKS]
    runs = [run_rule(case, inputs, **call, **form) for form in forms]
    made = convention.made_inside(case)
    return [*runs, _run_otherwise_made(case, inputs, made, call)] if made else runs


def _run_otherwise_made(
    case: Case, inputs: Arrays, made: Collection[str], call: dict[str, Any]
) -> Arrays:
    """What the rule gives where a callee that makes some inputs rounds them in its own way: each of
    their numbers is off by a unit in its last place.
    """

    def moved(name: str, x: np.ndarray) -> np.ndarray:
        signs = Random(f"{case.name}/{name}/made", case.seed).choose([-1, 1], x.shape)
        return x * (1 + np.finfo(x.dtype).eps * signs).astype(x.dtype)

    others = {name: moved(name, x) if name in made else x for name, x in inputs.items()}
    free = dataclasses.replace(case, rule=unchecked(case.rule))
    return run_rule(free, others, **call)


def allowed_errors(own: list[Errors], dtype: np.dtype, factor: float = FACTOR) -> Errors:
    """The errors that a part of a dtype may have, from those of the rule's own runs."""
    worst = Errors.worst(own)
    head = max(worst.gain, worst.direction)
    rounding = unit_in_last_place(dtype)
    return Errors(*(factor * e + rounding for e in (worst.rms, worst.row, head, head)))


def unit_in_last_place(dtype: Any) -> float:
    """The distance from 1 to the next number of a dtype."""
    if np.dtype(dtype).kind == "f":
        return float(np.finfo(dtype).eps)
    return float(importlib.import_module("ml_dtypes").finfo(dtype).eps)


def judge(expected: Expected, found: Arrays, of: str = "") -> Verdict:
    """Compare the parts of a result, in refmem's grammar, with what was expected.

    of   what is said before the name of a part, such as "gradient by "
    """
    verdicts = [_judge_part(expected, part, x, f"{of}{part}") for part, x in found.items()]
    return Verdict(
        error=max(verdict.error for verdict in verdicts),
        share=max(verdict.share for verdict in verdicts),
        reason="; ".join(verdict.reason for verdict in verdicts if verdict.reason),
    )


def _judge_part(expected: Expected, part: str, x: np.ndarray, name: str) -> Verdict:
    truth, allowed = expected.truth[part], expected.allowed[part]
    if x.dtype != expected.dtype_of(part):
        return _hopeless(f"{name} has dtype {x.dtype}, expected {expected.dtype_of(part)}")
    if x.shape != truth.shape:
        return _hopeless(f"{name} has shape {x.shape}, expected {truth.shape}")
    x = x.astype(truth.dtype)
    if not same_specials(x, truth):
        bad = np.isfinite(x) != np.isfinite(truth)
        return _hopeless(f"{name} has {int(bad.sum())} NaN or infinite entries, expected none")
    errors = measure(x, truth)
    shares = {
        metric: error / limit if error >= 0 else np.inf  # an overflow can make it NaN
        for metric, error, limit in zip(Errors._fields, errors, allowed, strict=True)
    }
    worst = max(shares, key=lambda metric: shares[metric])
    if shares[worst] <= 1:
        return Verdict(errors.rms, shares[worst])
    size, limit = getattr(errors, worst), getattr(allowed, worst)
    where = _where(row_errors(as_rows(x), as_rows(truth)), allowed.row, part)
    reason = f"{name}: {worst} error {short(size)}, allowed {short(limit)}{where}"
    return Verdict(errors.rms, shares[worst], reason)


def _hopeless(reason: str) -> Verdict:
    return Verdict(np.inf, np.inf, reason)


def _where(errors: np.ndarray, allowed: float, part: str) -> str:
    """Where it begins, the earliest token (or key channel) of any head, and where it is worst."""
    rows = np.moveaxis(errors, -1, 0)
    bad = np.argwhere(rows > allowed)
    if not bad.size:
        return ""
    worst = np.unravel_index(np.argmax(rows), rows.shape)
    row_is = "key channel" if part.startswith("state") else "token"
    first, last = (_place(row_is, index) for index in (bad[0], worst))
    return f", first bad {first}" + (f", worst {last}" if last != first else ", the worst too")


def _place(row_is: str, index: Any) -> str:
    row, *lead = (int(i) for i in index)
    return f"{row_is} {row}, head ({', '.join(map(str, lead))})"
