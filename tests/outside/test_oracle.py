"""The oracle takes a rule outside refmem: cases, verdicts, diagnosis, mutants, vectors, workers."""

from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context

import numpy as np
import pytest
from click.testing import CliRunner

import refmem.testing
from refmem import oracle
from refmem.commands.main import main
from refmem.memory import StateRule
from refmem.oracle.cases.case import find_case, find_rule, names_of
from refmem.oracle.explain.diagnosis import diagnose
from refmem.oracle.explain.mutants.table import try_mutants
from refmem.oracle.targets.callable import PythonCallable
from refmem.oracle.targets.executable import Executable
from refmem.oracle.targets.find import find_target
from refmem.oracle.vectors.folder import read_vectors, write_vectors
from refmem.support.arguments import ChoiceError
from tests.outside import kernels, mine, wrong

EXACT, MEAN = "tests.outside.mine:flowing_delta", "tests.outside.mine:running_mean"


def run(*arguments):
    return CliRunner().invoke(main, arguments)


# ---- names


def test_a_rule_is_found_by_its_path_and_by_itself():
    assert find_rule(EXACT) is find_rule(mine.flowing_delta) is mine.flowing_delta
    assert find_rule("delta") is find_rule(refmem.delta) is refmem.delta


def test_a_case_is_made_again_from_its_name_alone():
    names = names_of(mine.running_mean)
    assert f"{MEAN}/ordinary/3" in names
    one, other = find_case(f"{MEAN}/ordinary/3"), find_case(f"{MEAN}/ordinary/3")
    assert one.name == f"{MEAN}/ordinary/3"
    assert one.rule is mine.running_mean
    for name, x in one.inputs.items():
        np.testing.assert_array_equal(x, other.inputs[name])


def test_a_factor_is_a_gate_whatever_its_name():
    regimes = {name.split("/")[1] for name in names_of(mine.running_mean)}
    assert {"closing", "mid-chunk-reset", "mixed-gates"} <= regimes
    assert "no-decay" not in regimes
    assert 0 in find_case(f"{MEAN}/mid-chunk-reset/1").inputs["lam"]


NAMES = {
    "nowhere:rule": "rule nowhere:rule does not import: ModuleNotFoundError: No module named",
    "tests.outside.mine:flowing_dleta": (
        "rule has name 'tests.outside.mine:flowing_dleta', expected one of flowing_delta, "
        "running_mean, trapezoid, because these are the rules of tests.outside.mine, did you mean "
        "'flowing_delta'?"
    ),
    "tests.outside.wrong:step": "rule has name 'tests.outside.wrong:step', expected one of delta, ",
    "tests.outside.kernels:right": "expected one of none, because these are the rules of tests.out",
    "tests.outside.wrong:nameless": (
        "rule tests.outside.wrong:nameless calls itself tests.outside.wrong:wrong, expected "
        "tests.outside.wrong:nameless, because it is found again by its name: ask for "
        "tests.outside.wrong:wrong, or say name='nameless' where it is made"
    ),
    "tests.outside.wrong:delta": "calls itself delta, expected tests.outside.wrong:delta",
    "tests.outside.wrong:flowing_delta": f"calls itself {EXACT}, expected tests.outside.wrong",
    "tests.outside.wrong:gla": (
        "rule tests.outside.wrong:gla has a name that is taken by refmem's own, expected another, "
        "because what is said of rules tells them apart by it: say name= where it is made"
    ),
    "tests.outside.wrong:trapezoid": "taken by tests.outside.mine:trapezoid, expected another",
    "tests.outside.wrong:unasked": (
        "rule tests.outside.wrong:unasked says unasked={'no-decoy': ...}, expected a regime of "
    ),
}


@pytest.mark.parametrize("name", NAMES)
def test_what_is_wrong_with_a_name_is_said(name):
    find_rule(mine.trapezoid)
    with pytest.raises(ChoiceError) as error:
        find_rule(name)
    assert NAMES[name] in str(error.value)


def test_a_rule_that_its_module_does_not_hold_is_not_found():
    made = StateRule(wrong.step, name="made")
    with pytest.raises(ChoiceError, match=r"has name 'tests\.outside\.test_oracle:made', expected"):
        find_rule(made)


def test_a_copy_is_not_the_rule_itself():
    with pytest.raises(ChoiceError, match=f"rule {EXACT} is another one there, expected <tests"):
        find_rule(mine.flowing_delta.__copy__())


# ---- verdicts


@pytest.mark.parametrize("rule", [mine.flowing_delta, EXACT], ids=["itself", "its name"])
def test_a_right_kernel_conforms(rule):
    report = oracle.check(kernels.right, rule=rule, seeds=[1], properties=True)
    assert report.conforms
    assert f"{EXACT}/ordinary/1" in {one.case for one in report.outcomes}
    assert {one.rule for one in report.outcomes} == {EXACT}


def test_every_case_of_it_is_checked():
    report = oracle.check(kernels.mean_kernel, rule=mine.running_mean)
    assert report.conforms
    assert len({one.case for one in report.outcomes}) == len(names_of(mine.running_mean))


def test_the_rule_itself_is_a_right_kernel_of_a_relay():
    report = oracle.check(mine.trapezoid, rule=mine.trapezoid, seeds=[0], gradients=True)
    assert report.conforms
    assert f"{mine.trapezoid.path}/gradient@ordinary/0" in {one.case for one in report.outcomes}


@pytest.mark.parametrize(
    ("kernel", "mistake"),
    [
        (kernels.read_transposed, "the initial state read V by K"),
        (kernels.uncorrected, "the error left out: values written whole"),
    ],
)
def test_a_wrong_kernel_is_diagnosed(kernel, mistake):
    target = PythonCallable(kernel, mine.flowing_delta)
    report = oracle.check(target, rule=mine.flowing_delta, seeds=[1])
    assert not report.conforms
    (diagnosis,) = diagnose(target, report.outcomes)
    assert f"output and state equal {EXACT} with {mistake}" in str(diagnosis)


def test_a_test_suite_asks_all_its_cases():
    arguments = refmem.testing.cases(mine.flowing_delta, seeds=[0])
    assert arguments["argvalues"][0] == f"{EXACT}/ordinary/0"
    assert arguments["ids"][0] == "ordinary/0"
    for case in arguments["argvalues"][:3]:
        refmem.testing.assert_conforms(kernels.right, case=case)
    refmem.testing.assert_conforms(kernels.right, rule=mine.flowing_delta, seeds=[0])
    with pytest.raises(AssertionError, match=f"equal {EXACT} with the error left out"):
        refmem.testing.assert_conforms(kernels.uncorrected, rule=mine.flowing_delta, seeds=[1])


# ---- elsewhere: it travels by its name


def test_another_process_finds_it_by_its_name():
    call = {"rule": mine.flowing_delta, "seeds": [0]}
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as executor:
        there = oracle.check(kernels.right, **call, executor=executor)
    assert there == oracle.check(kernels.right, **call)


def test_so_does_the_process_of_a_kernel():
    target = find_target("tests.outside.kernels:right", EXACT, timeout=60.0)
    try:
        assert oracle.check(target, case=f"{EXACT}/ordinary/1").conforms
    finally:
        target.close()


def test_a_program_is_told_its_name(tmp_path):
    program = tmp_path / "kernel"
    program.write_text(f'#!/bin/sh\ncp "$1/case.json" {tmp_path}\n')
    program.chmod(0o755)
    target = Executable(str(program), mine.flowing_delta)
    (outcome,) = oracle.check(target, case=f"{EXACT}/ordinary/1").outcomes
    assert "wrote no out.bin" in outcome.reason
    assert f'{{"case": "{EXACT}/ordinary/1", "rule": "{EXACT}"' in (
        tmp_path / "case.json"
    ).read_text("utf-8")


def test_vectors_are_written_and_read(tmp_path):
    case = f"{EXACT}/ordinary/1"
    manifest = write_vectors(EXACT, tmp_path / "vectors", cases=[case])
    assert manifest["rule"] == EXACT
    assert manifest["equation"].startswith("beta' = ")
    assert manifest["files"]["ordinary-1.npz"]["case"] == case
    assert list(read_vectors(tmp_path / "vectors")) == ["ordinary-1.npz"]


# ---- mutants


@pytest.mark.parametrize("rule", [mine.flowing_delta, mine.running_mean, mine.trapezoid])
def test_every_mutant_is_killed(rule):
    kills = try_mutants(rule.path, [2], lambda done, total: None)
    assert len(kills) > 40
    assert {one.mutant.name for one in kills if one.verdict == "SURVIVES"} == set()


def test_a_mutant_that_is_not_there_is_named():
    with pytest.raises(ChoiceError, match=r"says harmless={'strict musk': \.\.\.}, expected"):
        try_mutants(find_rule(wrong.harmless).path, [0], lambda done, total: None)


def test_a_mutant_that_harms_is_not_harmless():
    result = run("mutants", wrong.boasting.path, "--seed", "0")
    assert result.exit_code == 1
    assert "NOT HARMLESS" in result.output


def test_a_case_that_shows_nothing_is_to_be_left_out(monkeypatch):
    monkeypatch.setattr(mine.running_mean, "unasked", {})
    message = r"running_mean/no-decay/6: .* constant, .*, expected .* say unasked={'no-decay': ...}"
    with pytest.raises(ChoiceError, match=message):
        try_mutants(MEAN, [6], lambda done, total: None)


# ---- commands


def test_the_command_line_takes_it():
    result = run("check", "tests.outside.kernels:right", "--rule", EXACT, "--seed", "1")
    assert result.exit_code == 0, result.output
    assert "tests.outside.kernels:right conforms" in result.output
    case = f"{EXACT}/ordinary/1"
    result = run("check", "tests.outside.kernels:uncorrected", "--case", case)
    assert result.exit_code == 1
    assert f"one alone: refmem check tests.outside.kernels:uncorrected --case {case}" in (
        " ".join(result.output.split())
    )


def test_a_wrong_name_is_a_usage_error_of_one_line():
    for command in (
        ["check", "tests.outside.kernels:right", "--rule", "tests.outside.mine:flowing_dleta"],
        ["mutants", "tests.outside.mine:flowing_dleta"],
        ["vectors", "tests.outside.mine:flowing_dleta", "--out", "nowhere"],
    ):
        result = run(*command)
        assert result.exit_code == 2
        assert "did you mean 'flowing_delta'?" in result.output
        assert len(result.output.splitlines()) == 1
