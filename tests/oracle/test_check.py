"""The check passes right kernels and fails wrong ones, and no candidate can end the run."""

import re

import numpy as np
import pytest

import refmem
from refmem.oracle import check
from refmem.oracle.cases.case import checkable_rules, names_of
from refmem.oracle.check import OUTSIDE
from refmem.support.arguments import ChoiceError
from tests.oracle.kernels import MISTAKES, SPOILED, gated_delta


def mistaken(mistake):
    return lambda **inputs: gated_delta(**inputs, mistake=mistake)


def test_a_right_kernel_passes_every_case():
    report = check(gated_delta, rule="gated_delta", seeds=range(2))
    assert report.conforms, report.failures[0]
    assert {one.regime for one in report.outcomes} >= {"ordinary", "empty", "mid-chunk-reset"}


@pytest.mark.parametrize("rule", checkable_rules().values(), ids=lambda rule: rule.name)
def test_every_rule_passes_its_own_cases_in_another_form(rule):
    """A sixth of its regimes each, so that some rule runs each of them."""
    form = next((one for one in ("stabilised", "chunked") if one in rule.forms), None)

    def other(**inputs):
        return rule(**inputs, form=form, chunk=23)

    place = list(checkable_rules()).index(rule.name)
    for name in names_of(rule, [1 + place % 2])[place % 6 :: 6]:
        report = check(other, rule=rule.name, case=name)
        assert not report.failures, report.failures[0]


@pytest.mark.parametrize("dtype", ["float16", "float32", "float64"])
def test_candidates_of_every_dtype(dtype):
    def computed_in_more(state=None, scale=1, **inputs):
        wide = {name: x.astype(np.longdouble) for name, x in inputs.items()}
        state = None if state is None else state.astype(np.longdouble)
        result = refmem.delta(**wide, state=state, scale=float(scale))
        return [x.astype(dtype) for x in result]

    assert check(computed_in_more, rule="delta", dtype=dtype).conforms


@pytest.mark.parametrize(("mistake", "case"), MISTAKES.items())
def test_a_planted_mistake_fails(mistake, case):
    report = check(mistaken(mistake), case=f"gated_delta/{case}", rule="gated_delta")
    assert not report.conforms
    assert "error" in report.failures[0].reason


@pytest.mark.parametrize("spoiled", SPOILED.values(), ids=SPOILED.keys())
def test_a_spoiled_result_fails_and_says_how(spoiled):
    kernel, case, reason = spoiled
    report = check(kernel, rule="gated_delta", case=f"gated_delta/{case}")
    assert re.search(reason, report.failures[0].reason)
    assert not report.conforms


def test_a_crash_does_not_end_the_run():
    kernel, *_ = SPOILED["crash"]
    report = check(kernel, rule="gated_delta", seeds=[0])
    run = [one for one in report.outcomes if one.status != OUTSIDE]
    assert len(report.failures) == len(run) > 20


def test_a_changed_input_fails():
    def careless(**inputs):
        result = gated_delta(**inputs)
        inputs["k"] *= 2
        return result

    report = check(careless, rule="gated_delta", case="gated_delta/ordinary/0")
    assert report.failures[0].reason == "changed its input k"


def test_the_callers_own_state_as_a_result_fails():
    def lazy(state=None, **inputs):
        return gated_delta(state=state, **inputs)[0], state

    report = check(lazy, rule="gated_delta", case="gated_delta/empty/0")
    assert report.failures[0].reason == "returned memory of its input state"


def test_the_first_bad_token_is_named():
    report = check(
        mistaken("carry dropped at a chunk"), rule="gated_delta", case="gated_delta/ordinary/5"
    )
    assert "first bad token 64, head (0, 0)" in report.failures[0].reason


def test_the_worst_token_and_case_are_named():
    def wrong(**inputs):
        out, state = gated_delta(**inputs)
        if out.shape[-2] > 40:
            out[0, 1, 3] *= 1.01
            out[1, 0, 40] += 2
        return out, state

    report = check(wrong, rule="gated_delta", seeds=[0, 3])
    reasons = {one.case: one.reason for one in report.failures}
    where = "first bad token 3, head (0, 1), worst token 40, head (1, 0)"
    assert reasons["gated_delta/ordinary/3"].endswith(where)
    assert report.worst.share == max(one.share for one in report.outcomes) > 1
    assert report.worst in report.failures
    assert check(gated_delta, rule="gated_delta", seeds=[0]).worst.share <= 1


def test_nothing_run_is_not_conforming():
    assert not refmem.oracle.Report("nobody", ()).conforms
    assert refmem.oracle.Report("nobody", ()).worst is None


def test_watch_sees_every_case():
    seen = []
    check(gated_delta, rule="gated_delta", seeds=[0], watch=lambda *step: seen.append(step))
    assert seen == [(n, len(seen)) for n in range(1, len(seen) + 1)]


def test_a_function_needs_a_rule():
    with pytest.raises(ChoiceError, match="rule has no value, expected a rule's name"):
        check(gated_delta)


@pytest.mark.parametrize("other", [{"rule": "kda"}, {"seeds": [1]}])
def test_a_case_names_its_own_rule_and_seed(other):
    with pytest.raises(ChoiceError, match="names its rule and seed"):
        check("onnx-reference", case="delta/ordinary/0", **other)


def test_a_rule_the_target_does_not_have():
    with pytest.raises(ChoiceError, match="onnx-reference: rule has name 'comba', expected one of"):
        check("onnx-reference", rule="comba")
