"""The budget is relative, comes from the rule itself, and is gated on every metric."""

import dataclasses

import numpy as np
import pytest

from refmem.oracle.border.conventions import REFMEM
from refmem.oracle.border.presets import ONNX
from refmem.oracle.cases.case import find_case
from refmem.oracle.verdict.budget import Expected, Verdict, expect, judge
from refmem.oracle.verdict.metrics import Errors


def expected(name, dtype="float32", convention=REFMEM):
    case = find_case(name)
    return expect(case, convention.to_foreign(case, dtype), convention, dtype)


def rounded(wanted):
    return {part: wanted.truth[part].astype(wanted.dtype) for part in ("out", "state")}


def both(out, state):
    return {"out": out, "state": state}


@pytest.mark.parametrize("dtype", ["float16", "float32", "float64"])
def test_the_rounded_truth_passes(dtype):
    wanted = expected("kda/mixed-gates/3", dtype)
    assert judge(wanted, rounded(wanted)).share <= 0.5


@pytest.mark.parametrize("metric", Errors._fields)
@pytest.mark.parametrize("part", ["out", "state"])
def test_every_metric_of_every_part_is_gated(metric, part):
    wanted = expected("delta/ordinary/2")
    out, state = (2 * x for x in rounded(wanted).values())
    out[..., 0] *= 3
    state[..., 0] *= 3
    generous = {name: Errors(*(1e9 for _ in Errors._fields)) for name in wanted.allowed}
    assert judge(dataclasses.replace(wanted, allowed=generous), both(out, state)).passed
    strict = generous | {part: generous[part]._replace(**{metric: 1e-9})}
    verdict = judge(dataclasses.replace(wanted, allowed=strict), both(out, state))
    assert not verdict.passed
    assert verdict.reason.startswith(f"{part}: {metric} error")


def test_small_numbers_get_no_mercy():
    """A result a million times too small is as wrong as one of ordinary size."""
    tiny = {"out": np.full((1, 1, 2), 1e-30), "state": np.full((1, 1, 2), 1e-30)}
    allowed = dict.fromkeys(tiny, Errors(1e-6, 1e-6, 1e-6, 1e-6))
    wanted = Expected(np.dtype(np.float64), tiny, allowed)
    assert judge(wanted, both(tiny["out"], tiny["state"])).passed
    assert not judge(wanted, both(0 * tiny["out"], tiny["state"])).passed


@pytest.mark.parametrize("size", [1e160, 1e300])
def test_numbers_too_large_to_be_squared_fail(size):
    ones = {"out": np.ones((1, 1, 2)), "state": np.ones((1, 1, 2))}
    wanted = Expected(np.dtype(np.float64), ones, dict.fromkeys(ones, Errors(1, 1, 1, 1)))
    with np.errstate(over="ignore", invalid="ignore"):
        assert not judge(wanted, both(size * ones["out"], ones["state"])).passed


def test_the_budget_is_a_few_roundings():
    for errors in expected("gated_delta/ordinary/5").allowed.values():
        assert all(np.finfo(np.float32).eps <= error < 2e-5 for error in errors)


def test_the_truth_runs_on_the_numbers_the_candidate_sees():
    """In float16, log gates of -1/64 are exact and factors are not: only theirs moves the truth.

    A factor is rounded to 11 bits, and what a log gate gives to 53: the one is far more than 2^20
    times the other.
    """
    by_factor = expected("gla/ordinary/5", "float16")
    by_log = expected("gla/ordinary/5", "float16", ONNX)
    exact = expected("gla/ordinary/5", "float64").truth["out"].astype(float)
    moved, still = (abs(e.truth["out"].astype(float) - exact).max() for e in (by_factor, by_log))
    assert moved > 2**20 * still


def test_a_verdict_without_a_reason_passes():
    assert Verdict().passed
    assert not Verdict(reason="wrong").passed
