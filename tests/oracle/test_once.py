"""A kernel is diagnosed once a run, and smoke cases are those that kill the most mutants."""

import functools

import pytest

import refmem
from refmem.oracle import check
from refmem.oracle.cases.case import checkable_rules, find_case, find_rule, names_of
from refmem.oracle.explain import once
from refmem.oracle.explain.mutants.table import try_mutants
from refmem.oracle.explain.once import diagnose_once
from refmem.oracle.smoke import MOST, one_of_each_regime, smoke_cases
from refmem.oracle.targets.callable import PythonCallable
from tools.smoke_table import MEASURED, choose, fingerprint, stale, text


@pytest.fixture(autouse=True)
def _nothing_known(monkeypatch):
    monkeypatch.setattr(once, "_known", type(once._known)())


def forgetful(state=None, **inputs):
    return refmem.delta(**inputs)


def found(kernel, case, looks):
    """What is said of a failing case; every look at other cases is noted."""
    target = PythonCallable(kernel, "delta", name="kernel")

    def look():
        looks.append(case)
        return check(target, case="delta/ordinary/2").outcomes

    return diagnose_once(target, check(target, case=case).outcomes, look)


def test_the_second_failure_is_not_looked_into_again():
    looks = []
    first = found(forgetful, "delta/ordinary/1", looks)
    second = found(forgetful, "delta/unit-state/1", looks)
    assert looks == ["delta/ordinary/1"]
    assert second is first
    assert set(first[0].cases) == {"delta/ordinary/1", "delta/ordinary/2"}
    assert "with the initial state ignored" in str(first[0])


def test_another_function_is_another_kernel():
    looks = []
    for kernel in (forgetful, functools.partial(forgetful), functools.partial(forgetful)):
        found(kernel, "delta/ordinary/1", looks)
    assert len(looks) == 3


def test_few_are_kept(monkeypatch):
    monkeypatch.setattr(once, "KEPT", 1)
    looks = []
    kernels = functools.partial(forgetful), functools.partial(forgetful)
    for kernel in (*kernels, kernels[0]):
        found(kernel, "delta/ordinary/1", looks)
    assert len(looks) == 3


# ---- smoke cases

KILLERS = {"a": ["r/x/0", "r/y/0"], "b": ["r/x/0"], "c": ["r/y/0"], "d": ["r/z/1"]}
NAMES = ["r/w/0", "r/x/0", "r/y/0", "r/z/0", "r/z/1"]


def test_what_kills_the_most_of_what_is_left_comes_first():
    assert choose(KILLERS, NAMES) == ["r/x/0", "r/y/0", "r/z/1", "r/w/0"]


def test_no_case_is_chosen_twice_and_not_too_many():
    names = [f"r/{n}/0" for n in range(50)]
    chosen = choose({str(n): [name] for n, name in enumerate(names)}, names)
    assert len(chosen) == len(set(chosen)) == MOST


def test_the_table_names_cases_that_exist():
    """Whether they still kill the most is for `tools/smoke --check`: measuring takes long."""
    for name, rule in checkable_rules().items():
        assert set(smoke_cases(name)) <= set(names_of(rule)), name
    assert set(MEASURED) <= set(checkable_rules())


def test_a_rule_whose_cases_changed_is_stale(monkeypatch):
    monkeypatch.setitem(MEASURED, "glu", (fingerprint(find_rule("glu")), "ordinary/1"))
    assert "glu" not in stale()
    monkeypatch.setitem(MEASURED, "glu", (1, "ordinary/1"))
    assert "glu" in stale()


@pytest.mark.parametrize("rule", ["gated_delta", "softmax_attention", "glu"])
def test_smoke_cases_are_cases_of_several_kinds(rule):
    names = smoke_cases(rule)
    assert 8 < len(names) <= MOST
    assert all(find_case(name).rule is find_rule(rule) for name in names)
    assert len({name.split("/")[1] for name in names}) > 7


def test_smoke_cases_kill_what_all_cases_kill():
    """Of glu, where trying everything takes a second."""
    chosen = set(smoke_cases("glu"))
    for one in try_mutants("glu", None, lambda done, total: None):
        assert chosen & set(one.by), one.mutant.name


def test_a_mutant_that_enough_cases_killed_is_not_tried_again():
    tried = try_mutants("glu", None, lambda done, total: None, enough=2)
    assert all(len(one.by) <= 2 for one in tried)
    assert {len(one.by) for one in tried} == {2}


def test_a_rule_that_was_not_measured_has_a_case_of_each_regime(monkeypatch):
    assert one_of_each_regime(["r/a/0", "r/a/1", "r/b/0"]) == ["r/a/1", "r/b/0"]
    monkeypatch.delitem(MEASURED, "glu", raising=False)
    assert smoke_cases("glu")[0] == "glu/ordinary/1"
    monkeypatch.setitem(MEASURED, "glu", (1, "odd-sizes/0 a-regime-that-is-gone/0"))
    assert smoke_cases("glu")[0] == "glu/ordinary/1"


def test_the_table_is_written_as_it_is_read():
    names = {}
    exec(text({"delta": (7, "ordinary/0 empty/0")}), names)
    assert names["MEASURED"] == {"delta": (7, "ordinary/0 empty/0")}
