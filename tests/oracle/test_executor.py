"""Cases run elsewhere give the report that they give here."""

from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from multiprocessing import get_context

import pytest

from refmem.oracle import check
from tests.oracle.kernels import delta_zeros, gated_delta
from tests.oracle.misbehaving import crashes


def test_threads_give_the_same_report():
    here = check(gated_delta, rule="gated_delta", seeds=[0])
    with ThreadPoolExecutor(2) as executor:
        assert check(gated_delta, rule="gated_delta", seeds=[0], executor=executor) == here


@pytest.mark.parametrize(
    ("target", "call"),
    [
        ("onnx-reference", {"case": "delta/ordinary/1"}),
        (delta_zeros, {"rule": "delta", "seeds": [0]}),
    ],
    ids=["a name", "a function"],
)
def test_another_process_gives_the_same_report(target, call):
    seen = []
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as executor:
        there = check(target, **call, executor=executor, watch=lambda *step: seen.append(step))
    assert there == check(target, **call)
    assert seen == [(n, len(seen)) for n in range(1, len(seen) + 1)]


def test_a_pool_that_breaks_fails_the_cases_that_it_did_not_run():
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as executor:
        report = check(crashes, rule="delta", seeds=[1], executor=executor)
    statuses = [one.status for one in report.outcomes]
    crash = [one.case for one in report.outcomes].index("delta/one-key/1")
    assert set(statuses[:crash]) == {"passed"}
    assert set(statuses[crash:]) == {"failed"}
    said = "not run: a process died, and the executor with it"
    assert {one.reason for one in report.failures} == {said}


def test_what_does_not_pickle_is_an_error_and_no_verdict():
    with (
        ProcessPoolExecutor(1, mp_context=get_context("spawn")) as executor,
        pytest.raises((AttributeError, TypeError), match="pickle"),
    ):
        check(lambda **inputs: None, rule="delta", case="delta/ordinary/0", executor=executor)
