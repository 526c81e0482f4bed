"""A case that could not tell right from wrong is refused, and none of the suite is."""

import dataclasses

import numpy as np
import pytest

from refmem.oracle.border.conventions import REFMEM
from refmem.oracle.cases.case import find_case
from refmem.oracle.check import REFUSED, _run_case
from refmem.oracle.targets.callable import PythonCallable
from refmem.oracle.verdict.budget import expect
from refmem.oracle.verdict.outcomes import Report
from refmem.oracle.verdict.sensitivity import DegenerateError, other, questions
from tests.oracle.kernels import gated_delta


def spoiled(name, **inputs):
    case = find_case(name)
    return dataclasses.replace(case, inputs=case.inputs | inputs)


def expected(case):
    return expect(case, REFMEM.to_foreign(case, "float32"), REFMEM, "float32")


SHAPE = (2, 2, 64, 7)


@pytest.mark.parametrize(
    ("case", "message"),
    [
        (spoiled("delta/ordinary/3", beta=np.zeros((2, 2, 64))), "hardly depends on k"),
        (spoiled("gated_delta/ordinary/3", alpha=np.zeros((2, 2, 64))), "hardly depends on state"),
        (spoiled("delta/no-state/1", q=np.zeros((2, 2, 63, 12))), "tiny or constant"),
        (spoiled("linear_attention/no-state/2", v=np.zeros(SHAPE)), "tiny or constant"),
        (spoiled("linear_attention/no-state/2", v=np.full(SHAPE, np.inf)), "not finite"),
    ],
)
def test_a_degenerate_case_is_refused(case, message):
    with np.errstate(invalid="ignore"), pytest.raises(DegenerateError, match=message):
        expected(case)


def test_the_same_cases_as_they_are_generated_are_not():
    for name in ("delta/ordinary/3", "gated_delta/ordinary/3", "linear_attention/no-state/2"):
        expected(find_case(name))


def test_an_input_that_need_not_matter_is_named_by_the_regime():
    case = find_case("delta/beta-zero/1")
    expected(case)
    strict = dataclasses.replace(case, regime=dataclasses.replace(case.regime, blind=()))
    with pytest.raises(DegenerateError, match="hardly depends on k"):
        expected(strict)


def test_a_refused_case_is_reported_and_does_not_pass():
    case = spoiled("gated_delta/ordinary/3", beta=np.zeros((2, 2, 64)))
    (outcome,) = _run_case(PythonCallable(gated_delta, "gated_delta"), case)
    assert outcome.status == REFUSED
    assert "hardly depends on k" in outcome.reason
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
