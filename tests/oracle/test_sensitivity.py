"""A case that could not tell right from wrong is refused, and none of the suite is."""

import dataclasses

import numpy as np
import pytest

from refmem.oracle.budget import expect
from refmem.oracle.cases import find_case
from refmem.oracle.check import REFUSED, _run_case
from refmem.oracle.conventions import REFMEM
from refmem.oracle.sensitivity import DegenerateError, opposite, stacked
from refmem.oracle.targets import PythonCallable
from tests.oracle.kernels import gated_delta


def spoiled(name, **inputs):
    case = find_case(name)
    return dataclasses.replace(case, inputs=case.inputs | inputs)


def expected(case):
    return expect(case, REFMEM.to_foreign(case.inputs, case.axes, "float32"), REFMEM, "float32")


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


def test_each_input_is_turned_once():
    inputs = {"q": np.ones((2, 3)), "beta": np.full(2, 0.25), "state": np.zeros((2, 1))}
    for name, x in stacked(inputs).items():
        turned = [not np.array_equal(one, inputs[name]) for one in x]
        assert turned == [False] + [name == other for other in inputs]


def test_opposites_keep_a_rule_stable():
    assert list(opposite("alpha", np.array([0.0, 0.75, 1.0]))) == [1, 0.25, 0]
    assert list(opposite("beta", np.array([0.0, 2.0]))) == [1, 0]
    assert list(opposite("state", np.array([0.0, 2.0]))) == [1, -2]
