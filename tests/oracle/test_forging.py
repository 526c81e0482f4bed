"""Functions that want to decide their own verdict: what they write and return is only ever read."""

import sys
import time

import numpy as np
import pytest

from refmem.oracle import check
from refmem.oracle.targets import wire
from refmem.oracle.targets.find import find_target
from tests.oracle.processes import reason


@pytest.mark.parametrize(
    ("function", "said"),
    [
        ("returns_a_harmful_object", "Harmful is no array of numbers: its dtype is object"),
        ("returns_harmful_objects", "ndarray is no array of numbers: its dtype is object"),
        ("returns_objects", "ndarray is no array of numbers: its dtype is object"),
    ],
)
def test_objects_are_a_failed_case_and_nothing_of_them_runs(isolated, note, function, said):
    here = find_target(f"tests.oracle.hostile:{function}", "delta")
    assert reason(isolated(f"hostile:{function}")) == reason(here) == f"raised TypeError: {said}"
    assert not note.exists()


@pytest.mark.parametrize(
    ("function", "said"),
    [
        ("forges_a_pickle", "it begins with b'\\x80\\x04"),
        ("forges_a_message", "it has not the token of the question"),
        ("writes_to_every_descriptor", "it begins with b'hello\\nre'"),
        ("announces_too_much", "it has 4611686018427387904 bytes of numbers, expected at most"),
        ("hangs_up", "it hung up"),
    ],
)
def test_what_was_forged_is_a_failed_case_and_the_next_one_runs(isolated, function, said):
    target = isolated(f"hostile:{function}")
    for case in ("delta/ordinary/0", "delta/ordinary/1"):
        assert reason(target, case).startswith(f"the process answered what is no answer: {said}")


def test_what_follows_an_answer_is_no_answer(isolated, note):
    target = isolated("hostile:says_too_much")
    assert check(target, case="delta/ordinary/0").conforms
    note.touch()
    while note.exists():
        time.sleep(0.01)
    said = (
        "the process answered what is no answer: it begins with b'more and', expected b'refmem:1'"
    )
    assert reason(target, "delta/ordinary/1") == said


def test_a_forked_process_has_no_way_to_answer(isolated):
    assert reason(isolated("hostile:forges_after_a_fork")).startswith(
        "raised TypeError: NoneType is no array"
    )
    assert reason(isolated("hostile:forks_and_both_return")) == ""


@pytest.mark.parametrize("function", ["closes_every_descriptor", "closes_and_opens"])
def test_who_closes_the_way_of_its_answers_gives_none(isolated, note, function):
    said = "raised ChildProcessError: the process died with status 1"
    assert reason(isolated(f"hostile:{function}")) == said
    assert not note.exists() or wire.NAME not in note.read_bytes()


def test_a_function_is_imported_in_its_own_process_alone(tmp_path, monkeypatch):
    (tmp_path / "forging.py").write_text("import refmem\ndelta = refmem.delta\n")
    monkeypatch.syspath_prepend(tmp_path)
    target = find_target("forging:delta", "delta", timeout=20.0)
    assert check(target, case="delta/ordinary/0").conforms
    assert "forging" not in sys.modules
    target.close()


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        ({}, "it does not say what was returned and changed, or raised"),
        ([], "it does not say what was returned and changed, or raised"),
        ({"raised": 3}, "it does not say what was returned and changed, or raised"),
        ({"raised": "", "more": 1}, "it does not say what was returned and changed, or raised"),
        ({"returned": None}, "it does not say what was returned and changed, or raised"),
        (
            {"returned": None, "changed": {"k": 1}},
            "it does not say what was returned and changed, or raised",
        ),
        ({"returned": None, "changed": {"kk": np.zeros(1)}}, "there is no input kk"),
    ],
)
def test_an_answer_with_the_right_token_may_still_be_none(isolated, monkeypatch, answer, said):
    target = isolated("misbehaving:alone")
    monkeypatch.setattr(target._process, "ask", lambda question: answer)
    assert reason(target) == f"the process answered what is no answer: {said}"


@pytest.mark.parametrize("returned", ["text", 1.5, ("a", "b"), (None, "b"), {"out": "x"}, ({}, ())])
def test_an_answer_may_hold_anything(isolated, monkeypatch, returned):
    target = isolated("misbehaving:alone")
    answer = {"returned": returned, "changed": {}}
    monkeypatch.setattr(target._process, "ask", lambda question: answer)
    assert reason(target).startswith(("raised TypeError: ", "out has shape (), expected"))
