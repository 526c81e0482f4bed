"""Cases run elsewhere give the report that they give here; what comes back is text, and judged."""

import gc
import json
import math
import weakref
from concurrent.futures import Executor, Future, ProcessPoolExecutor, ThreadPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from multiprocessing import get_context

import pytest

from refmem.oracle import check
from refmem.oracle.targets.elsewhere import TRIES, UNSETTLED, Forgiving, Lost, run_elsewhere
from refmem.oracle.targets.target import UnavailableError
from refmem.oracle.verdict.answers import as_text, from_text
from refmem.oracle.verdict.outcomes import FAILED, PASSED, Outcome
from tests.oracle.hostile import raises_a_harmful_error
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


# ---- what comes back is text


def test_nothing_that_a_candidate_raised_comes_back(tmp_path, monkeypatch):
    """Its own kind of exception would run here where it is unpickled."""
    monkeypatch.setenv("NOTE", str(tmp_path / "note"))
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as executor:
        report = check(raises_a_harmful_error, case="delta/ordinary/0", rule="delta",
                       executor=executor)  # fmt: skip
    assert [one.reason for one in report.outcomes] == ["raised HarmfulError:"]
    assert not (tmp_path / "note").exists()


OUTCOME = Outcome("kernel", "delta/ordinary/0", PASSED, 0.5, math.inf, "")


def test_outcomes_come_back_as_they_were():
    outcomes = [OUTCOME, Outcome("other", OUTCOME.case, FAILED, math.inf, 1e-300, "no; not at all")]
    text = as_text(lambda: outcomes)
    assert type(text) is str
    assert from_text(text, OUTCOME.case, ["kernel", "other"]) == outcomes


def test_what_cannot_run_there_cannot_run():
    def unavailable():
        raise UnavailableError("no\nkernel")

    with pytest.raises(UnavailableError, match=r"^no kernel$"):
        from_text(as_text(unavailable), OUTCOME.case, ["kernel"])


def changed(**fields):
    said = json.loads(as_text(lambda: [OUTCOME]))
    said["outcomes"][0] |= fields
    return json.dumps(said)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        (None, "it is a NoneType, expected text"),
        ([OUTCOME], "it is a list, expected text"),
        (type("Text", (str,), {})("{}"), "it is a Text, expected text"),
        ("{", "it is no JSON: Expecting property name"),
        ("[" * 10**5, "it is no JSON: maximum recursion depth"),
        ("[]", "it is no JSON object of one field"),
        ("{}", "it is no JSON object of one field"),
        ('{"outcomes": 3}', "it says neither outcomes"),
        ('{"raised": 3}', "it says neither outcomes"),
        ('{"outcomes": [3]}', "an outcome has other fields than operator, case, status, reason"),
        ('{"outcomes": []}', "it is not about delta/ordinary/0 by kernel"),
        (changed(more=1), "an outcome has other fields than"),
        (changed(reason=None), "the reason of an outcome is no text"),
        (changed(error="0"), "the error of an outcome is no number"),
        (changed(error=10**4000), "the error of an outcome is no number"),
        (changed(share=True), "the share of an outcome is no number"),
        (changed(status="conforms"), "the status of an outcome is 'conforms'"),
        (changed(case="delta/ordinary/1"), "it is not about delta/ordinary/0 by kernel"),
        (changed(operator="another"), "it is not about delta/ordinary/0 by kernel"),
    ],
)
def test_what_is_no_answer_is_a_failed_case(text, why):
    (outcome,) = from_text(text, OUTCOME.case, ["kernel"])
    assert (outcome.operator, outcome.case, outcome.status) == ("kernel", OUTCOME.case, FAILED)
    assert outcome.reason.startswith(f"the worker answered what is no answer: {why}")
    assert outcome.reason.isprintable()


def test_a_reason_from_elsewhere_is_one_line():
    long = changed(status=FAILED, reason="\x1b[2J\n" * 10**5)
    (outcome,) = from_text(long, OUTCOME.case, ["kernel"])
    assert outcome.reason.isprintable()
    assert len(outcome.reason) <= 10_000


# ---- workers that die


class KilledWorker(Exception):  # noqa: N818, as distributed names it
    """A worker died, as distributed says it."""


class Losing(Executor):
    """Runs tasks here; those whose argument is in `deaths` are lost so many times."""

    def __init__(self, deaths, kind=KilledWorker):
        self.deaths, self.kind, self.ran = dict(deaths), kind, []

    def submit(self, task, *args):
        future = Future()
        self.ran.append(args[-1])
        if self.deaths.get(args[-1], 0) > 0:
            self.deaths[args[-1]] -= 1
            future.set_exception(self.kind())
        else:
            future.set_result(task(*args))
        return future


def run_on(executor):
    return run_elsewhere(str.upper, ["a", "b", "c"], executor)


SMALL = "a small task"
KILLED = Lost("killed every worker that ran it")


@pytest.mark.parametrize("times", range(TRIES + 1))
def test_a_case_that_is_lost_is_run_again_alone(times):
    """Also one that is innocent, and meets several workers that close."""
    executor = Losing({"b": times})
    assert run_on(executor) == ["A", "B", "C"]
    assert executor.ran == ["a", "b", "c", *[SMALL, "b"] * times]


def test_a_case_that_is_always_lost_is_blamed_and_no_other():
    executor = Losing({"a": 1, "b": 99, "c": TRIES})
    assert run_on(executor) == ["A", KILLED, "C"]
    assert executor.ran.count("b") == 1 + TRIES


@pytest.mark.parametrize("times", range(TRIES))
def test_workers_that_close_while_nothing_runs_are_waited_for(times):
    assert run_on(Losing({"b": 1, SMALL: times})) == ["A", "B", "C"]


def test_a_case_is_not_blamed_where_nothing_runs():
    executor = Losing({"b": 1, SMALL: 99})
    assert run_on(executor) == ["A", UNSETTLED, "C"]
    assert executor.ran.count("b") == 1


def test_a_broken_executor_is_not_asked_again_and_again():
    executor = Losing({"b": 99, "c": 99, SMALL: 99}, BrokenProcessPool)
    broken = Lost("not run: a process died, and the executor with it", broken=True)
    assert run_on(executor) == ["A", broken, broken]
    assert executor.ran.count("b") == 2


def test_other_errors_are_errors():
    with pytest.raises(ZeroDivisionError):
        run_on(Losing({"b": 1}, ZeroDivisionError))


def test_results_are_kept_by_nobody_else():
    """A cluster would run them again when the worker that has them dies."""
    with ThreadPoolExecutor(1) as executor:
        kept = []

        class Watched(Executor):
            def submit(self, task, /, *args):
                future = executor.submit(task, *args)
                kept.append(weakref.ref(future))
                return future

        future = Forgiving(Watched()).submit(abs, -3)
        assert future.result() == 3
    gc.collect()
    assert kept[0]() is None


def test_what_nobody_waits_for_is_cancelled():
    class Slow(Executor):
        def submit(self, task, /, *args):
            self.real = Future()
            return self.real

    slow = Slow()
    assert Forgiving(slow).submit(abs, -3).cancel()
    assert slow.real.cancelled()
