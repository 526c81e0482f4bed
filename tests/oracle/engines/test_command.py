"""`refmem check module:Class --serving`: the engine runs in a process of its own."""

import json
import pathlib
import sys

from refmem.oracle.engines.check import check_engine
from refmem.oracle.targets.engine_program import EngineProgram
from tests.commands.calling import assert_wrong_usage, run
from tests.oracle.engines import engines

HERE = engines.__name__


def serving(name, *more):
    return run("check", f"{HERE}:{name}", "--serving", "--rule", "gated_delta", *more)


def test_a_right_engine_conforms():
    result = serving("Right", "--schedules", "18")
    assert result.exit_code == 0, result.output
    assert f"{HERE}:Right conforms: 9 of 9 contracts, 19 schedules" in result.output


def test_an_engine_that_hangs_fails_that_schedule(tmp_path):
    file = tmp_path / "report.json"
    given = ("--schedules", "18", "--timeout", "1", "--json", file)
    result = serving("Hangs", *given)
    assert result.exit_code == 1, result.output
    assert "copies: no result after 1 seconds" in result.output
    assert "engine.copy(pool, " in result.output
    report = json.loads(file.read_text())
    assert not report["conforms"]
    assert [one["case"] for one in report["outcomes"] if one["status"] == "failed"] == [
        "gated_delta/copies@serving"
    ]


def test_an_engine_that_cannot_run_exits_with_3():
    result = serving("Nothing")
    assert result.exit_code == 3
    assert "has no attribute 'Nothing'" in result.stderr


def test_wrong_usage():
    assert_wrong_usage(
        run("check", "onnxruntime", "--serving", "--rule", "delta"), "--serving needs"
    )
    assert_wrong_usage(serving("Right", "--rule", "ffn"), "ffn: rule has no state")


def command(name):
    return f"{sys.executable} {pathlib.Path(__file__).parent / 'program.py'} {name}"


def program(name, *more):
    return run("check", "--exec", command(name), "--serving", "--rule", "gated_delta", *more)


def test_a_program_is_an_engine_too():
    result = program("Right", "--schedules", "9", "--lacks", "copy")
    assert result.exit_code == 0, result.output
    assert "8 of 9 contracts, 9 schedules; not looked at: copies" in result.output


def test_a_program_that_fails_is_shown_with_the_call():
    made = EngineProgram(command("Raises"), (), {}, 10)
    report = check_engine(made, "gated_delta", only=["requests"], patience=0.3)
    found = report.broken[0]
    assert "exit status 1: " in found.breach.reason
    assert "RuntimeError: no batches" in found.breach.reason
    assert len(found.schedule[-1].slots) > 1


def test_a_program_is_used_rightly():
    assert_wrong_usage(run("check", "--exec", "true", "--serving"), "--serving with --exec needs")
    result = program("Right", "--lacks", "copies")
    assert_wrong_usage(result, "lacks names 'copies', expected one of verify, .* mean 'copy'")
    assert run("check", "--exec", "./none", "--serving", "--rule", "delta").exit_code == 3
