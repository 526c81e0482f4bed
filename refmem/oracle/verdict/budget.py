"""How wrong a candidate may be: a little more than the rule itself, run in the same arithmetic.

    allowed = c * (error of the rule run in that arithmetic) + (rounding of the output)       c = 2

The rule's error is the worst over its forms, which sum in different orders, against the truth: the
definition in float64 (in longdouble for a float64 candidate). Where the candidate makes an input
itself, such as a gate or normalised keys, one more run has it rounded in another way. Storage is
the candidate's dtype and arithmetic at least float32, as in the field. The rounding of the output
is one unit in its last place. Summing in another order moves error between gain and direction, so
each may be as large as the larger of the two.
"""

from __future__ import annotations

import importlib
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from refmem.oracle.border.conventions import REFMEM, Convention
from refmem.oracle.border.layouts import Arrays
from refmem.oracle.cases.case import Case
from refmem.oracle.verdict.metrics import Errors, as_rows, measure, row_errors, same_specials, short
from refmem.oracle.verdict.own import own_runs
from refmem.oracle.verdict.sensitivity import (
    DegenerateError,
    ask,
    held,
    require_answer,
    unshown,
)

FACTOR = 2
"""c: how many times the rule's own error a candidate may have, for yet another order."""

SANE = 1 / 16
"""What a form errs by, at most, if it stays in the range of the arithmetic."""


@dataclass(frozen=True, eq=False)
class Expected:
    """What a case must give: each part of the result, with the errors it may have.

    unshown   the inputs of which the case shows nothing in this dtype: the truth hardly moves if
              they do
    heads     part -> mask of the heads that the dtype has the range for, where it lacks that for
              some, which are not asked
    """

    dtype: np.dtype
    truth: Arrays
    allowed: dict[str, Errors]
    convention: Convention = REFMEM
    unshown: tuple[str, ...] = ()
    heads: Arrays = field(default_factory=dict)

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
    kinds = {part: convention.dtype_of(part, dtype) for part in answers[0]}
    masks = {part: held(x, kinds[part]) for part, x in answers[0].items()}
    heads = {part: mask for part, mask in masks.items() if not mask.all()}
    answers = [asked_of(heads, answer) for answer in answers]
    truth = answers[0]
    narrow = convention.to_grammar(case, foreign, arithmetic_of(dtype))
    made = convention.made_inside(case)
    runs = [asked_of(heads, run) for run in own_runs(case, narrow, call, made)]
    own = _sane([_errors(run, truth) for run in runs], case)
    allowed = {n: allowed_errors([one[n] for one in own], kinds[n]) for n in truth}
    limits = {part: errors.rms for part, errors in allowed.items()}
    require_answer(case, truth, limits)
    blind = unshown(seen, answers, limits)
    return Expected(dtype, truth, allowed, convention, blind, heads)


def asked_of(heads: Arrays, parts: Arrays) -> Arrays:
    """Parts with zeros in heads that are not asked; a part of which none is asked is left out."""
    return {
        name: x if name not in heads else np.where(heads[name], x, x.dtype.type(0))
        for name, x in parts.items()
        if name == "out" or name not in heads or heads[name].any()
    }


def arithmetic_of(dtype: Any) -> np.dtype:
    """What kernels of a storage dtype compute in: at least float32."""
    return np.promote_types(dtype, np.float32)


def _errors(run: Arrays, truth: Arrays) -> dict[str, Errors]:
    return {part: measure(run[part], exact) for part, exact in truth.items()}


def _sane(own: list[dict[str, Errors]], case: Case) -> list[dict[str, Errors]]:
    """The errors of the forms that stay in the range of the arithmetic: others are no evidence."""
    sane = [one for one in own if all(errors.rms <= SANE for errors in one.values())]
    stabilised = "stabilised" in case.rule.forms
    if not sane and stabilised:
        raise DegenerateError(f"{case.name}: no form of the rule stays in range")
    return sane if stabilised else own


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
    x = asked_of(expected.heads, {part: x})[part]
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
