"""A case whose truth could be given without an answer is refused; of an input that hardly matters,
it shows nothing, and says so."""

import dataclasses

import ml_dtypes
import numpy as np
import pytest

from refmem.oracle.border.conventions import REFMEM
from refmem.oracle.cases.case import find_case
from refmem.oracle.check import REFUSED, _run_case
from refmem.oracle.targets.callable import PythonCallable
from refmem.oracle.verdict.budget import expect, judge
from refmem.oracle.verdict.outcomes import Report
from refmem.oracle.verdict.sensitivity import DegenerateError, need_not_matter, other, questions
from tests.oracle.kernels import gated_delta

BF16 = np.dtype(ml_dtypes.bfloat16)


def spoiled(name, **inputs):
    case = find_case(name)
    return dataclasses.replace(case, inputs=case.inputs | inputs)


def expected(case):
    return expect(case, REFMEM.to_foreign(case, "float32"), REFMEM, "float32")


SHAPE = (2, 2, 64, 7)


@pytest.mark.parametrize(
    ("case", "message"),
    [
        (spoiled("delta/no-state/1", q=np.zeros((2, 2, 63, 12))), "constant, or beyond the dtype"),
        (spoiled("linear_attention/no-state/2", v=np.zeros(SHAPE)), "constant, or beyond"),
        (spoiled("linear_attention/no-state/2", v=np.full(SHAPE, 3e38)), "constant, or beyond"),
        (spoiled("linear_attention/no-state/2", v=np.full(SHAPE, np.inf)), "not finite"),
    ],
)
def test_a_degenerate_case_is_refused(case, message):
    with np.errstate(all="ignore"), pytest.raises(DegenerateError, match=message):
        expected(case)


def test_a_truth_beside_which_zeros_are_allowed_is_refused():
    """Values of 2^20 that cancel up to 1: float32 keeps their sums up to a tenth or so."""
    pair = np.array([[2.0**20], [-(2.0**20) - 1]])
    v = np.broadcast_to(np.tile(pair, (32, 7)), SHAPE)
    k = np.full((2, 2, 64, 12), 1 / 3)
    q = k * (np.arange(64) % 2)[:, None]  # asked only where a pair is complete
    with pytest.raises(DegenerateError, match="the truth is tiny beside what is allowed"):
        expected(spoiled("linear_attention/no-state/2", q=q, k=k, v=v))


@pytest.mark.parametrize(
    ("case", "inputs"),
    [
        (spoiled("delta/ordinary/3", beta=np.zeros((2, 2, 64))), {"k", "v"}),
        (spoiled("gated_delta/ordinary/3", alpha=np.zeros((2, 2, 64))), {"state"}),
        (spoiled("softmax_attention/ordinary/3", sink=np.full((1, 2), -50.0)), set()),
    ],
)
def test_an_input_that_hardly_matters_is_named(case, inputs):
    assert set(expected(case).unshown) == inputs


def test_a_weak_input_does_not_void_the_others():
    """A sink of 65 keys moves the output by less than bfloat16 shows."""
    case = find_case("softmax_attention/ordinary/4")
    assert expect(case, REFMEM.to_foreign(case, BF16), REFMEM, BF16).unshown == (
        "sink", "first_bias",
    )  # fmt: skip
    assert not expected(case).unshown


def test_a_head_beyond_the_dtype_is_not_asked():
    small = np.ones((2, 2, 64, 7)) * np.array([1.0, 2.0**-20]).reshape(1, 2, 1, 1)
    v = find_case("linear_attention/no-state/2").inputs["v"] * small
    case = spoiled("linear_attention/no-state/2", v=v)
    half = expect(case, REFMEM.to_foreign(case, "f2"), REFMEM, "f2")
    assert half.heads["out"].ravel().tolist() == [True, False] * 2
    out, state = (half.truth[part].astype(np.float16) for part in ("out", "state"))
    out[:, 1] = 0  # what underflows may come back as anything finite
    assert judge(half, {"out": out, "state": state}).passed
    assert not judge(half, {"out": 0 * out, "state": state}).passed


def test_the_same_cases_as_they_are_generated_show_every_input():
    for name in ("delta/ordinary/3", "gated_delta/ordinary/3", "linear_attention/no-state/2"):
        assert not expected(find_case(name)).unshown


def test_an_input_that_need_not_matter_is_named_by_the_regime():
    case = find_case("delta/beta-zero/1")
    assert set(expected(case).unshown) == {"k", "v"} <= need_not_matter(case)


def test_a_refused_case_is_reported_and_does_not_pass():
    case = spoiled("gated_delta/ordinary/3", q=np.zeros((2, 2, 64, 12)))
    (outcome,) = _run_case(PythonCallable(gated_delta, "gated_delta"), case)
    assert outcome.status == REFUSED
    assert "the truth is constant" in outcome.reason
    report = Report("kernel", (outcome,))
    assert not report.conforms  # nothing passed,
    assert not report.failures  # and nothing failed


def test_each_input_is_exchanged_once():
    case = find_case("gated_delta/ordinary/2")
    first, *asked = questions(case, case.inputs)
    assert first is case.inputs
    for name, question in zip(case.inputs, asked, strict=True):
        changed = [n for n, x in question.items() if not np.array_equal(x, case.inputs[n])]
        assert changed == [name]


def test_what_cannot_be_exchanged_is_halved():
    case = find_case("averaged_memory/ordinary/2")
    count = case.inputs["count"]
    assert np.array_equal(other(case, "count", count), count / 2)
