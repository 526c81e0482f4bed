"""`refmem check` of functions and programs in other conventions, and `refmem mutants`."""

import os
import pathlib
import re
import signal
import subprocess
import sys

import pytest

from tests.commands.calling import run

SOURCE = pathlib.Path(__file__).parents[1] / "oracle" / "delta.c"
FLASH = "tests.oracle.flash:gated_delta"
NOT_IN_THE_BACKGROUND = (
    "import signal; signal.signal(signal.SIGINT, signal.default_int_handler); "
    "from refmem.commands.main import main; main()"
)
"""The command line, also where the tests were started by what ignores Ctrl-C."""


def test_a_function_in_another_convention():
    result = run("check", FLASH, "--convention", "fla", "--case", "gated_delta/scale/0")
    assert result.exit_code == 0, result.output
    assert "conforms (partial: one case): 1 of 1 cases" in result.output


def test_a_few_cases_are_a_part():
    result = run("check", FLASH, "--rule", "gated_delta", "--convention", "fla", "--smoke")
    assert result.exit_code == 0, result.output
    assert "conforms (partial: a few cases of each rule): 17 of 20 cases" in result.output


def test_laws_and_gradients_are_asked_for():
    arguments = ("tests.oracle.misbehaving:raises", "--rule", "delta", "--seed", "0")
    plain = run("check", *arguments).output
    more = run("check", *arguments, "--properties", "--grad").output
    assert int(re.search(r"(\d+) of \d+ cases failed", more)[1]) > 40
    assert int(re.search(r"(\d+) of \d+ cases failed", plain)[1]) < 40
    assert "split@ordinary" in more
    assert "gradient@ordinary" in more


def test_a_wrong_function_is_diagnosed():
    wrong = "tests.oracle.flash:no_gate"
    result = run("check", wrong, "--rule", "gated_delta", "--convention", "fla", "--seed", "1")
    assert result.exit_code == 1
    assert "output and state equal gated_delta with the gate ignored" in result.output
    assert "look at the branch that is taken when a gate is given" in result.output


def test_a_program(tmp_path):
    built = tmp_path / "delta"
    subprocess.run(["cc", "-O1", str(SOURCE), "-o", str(built)], check=True)
    result = run("check", "--exec", str(built), "--rule", "delta", "--seed", "0")
    assert result.exit_code == 0, result.output
    assert "conforms" in result.output


def test_ctrl_c_is_one_line_and_leaves_no_report(tmp_path):
    """As a terminal does it: the run and the process of the kernel are both interrupted."""
    kernel = (
        "import time\ndef kernel(**inputs):\n    print('begun', flush=True)\n    time.sleep(60)\n"
    )
    (tmp_path / "slow.py").write_text(kernel)
    command = "check slow:kernel --rule delta --seed 1 --html report.html --json report.json"
    with subprocess.Popen(
        [sys.executable, "-c", NOT_IN_THE_BACKGROUND, *command.split()],
        cwd=tmp_path,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    ) as run:
        assert run.stderr.readline() == "begun\n"
        os.killpg(run.pid, signal.SIGINT)
        assert run.communicate(timeout=30) == ("", "refmem: stopped before the end\n")
    assert run.returncode == 130
    assert not list(tmp_path.glob("*report*"))


def test_mutants_are_listed_with_what_kills_them():
    result = run("mutants", "delta", "--seed", "2")
    assert result.exit_code == 0
    assert re.search(r"state ignored +\d+ of \d+ +ordinary", result.output)
    assert re.search(r"\d+ mutants: \d+ killed or equivalent", result.output)


def test_mutants_that_survive_are_seen():
    """With one seed, a single token: nothing is carried over a chunk."""
    result = run("mutants", "delta", "--seed", "0")
    assert result.exit_code in (0, 1)
    assert result.exit_code == ("SURVIVES" in result.output)


@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        (("check",), 2, "expected a target, or a program with --exec"),
        (("check", "onnxruntime", "--exec", "x"), 2, "expected a target, or a program with --exec"),
        (("check", "--exec", "no-such-program", "--rule", "delta"), 3, "is no program"),
        (("check", "--exec", "ls"), 2, "needs --rule"),
        (("check", "--exec", "./a 'b", "--rule", "delta"), 2, "expected words as a shell has them"),
        (("check", "onnxruntime", "--timeout", "nan"), 2, "onnxruntime: timeout has value nan"),
        (("check", "onnxruntime", "--timeout", "inf"), 2, "timeout has value inf, expected a fin"),
        (("check", "--exec", "ls", "--rule", "delta", "--timeout", "nan"), 2, "timeout has value"),
        (
            ("check", FLASH, "--rule", "gated_delta", "--convention", "flax"),
            2,
            "convention has name 'flax', expected one of refmem, fla, .* did you mean 'fla'",
        ),
        (
            ("check", FLASH, "--rule", "gated_delta", "--device", "cuda"),
            2,
            "device has value 'cuda', expected none with --library numpy",
        ),
        (
            ("check", "onnxruntime", "--smoke", "--seed", "1"),
            2,
            "smoke chooses cases itself, expected no case and no seeds beside",
        ),
        (("mutants", "detla"), 2, "did you mean 'delta'"),
    ],
)
def test_wrong_usage_is_one_line(arguments, code, message):
    result = run(*arguments)
    assert result.exit_code == code
    assert re.search(message, result.output)
    assert result.output.count("\n") == 1


def a_library(tmp_path, monkeypatch, name, text):
    """A package in the place of another one, also for the process of a function."""
    (tmp_path / f"{name}.py").write_text(text)
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.delitem(sys.modules, name, raising=False)


def test_a_missing_library_of_arrays_is_one_line(tmp_path, monkeypatch):
    a_library(tmp_path, monkeypatch, "jax", "raise ImportError")
    result = run("check", FLASH, "--rule", "gated_delta", "--library", "jax")
    assert result.exit_code == 3
    assert result.output == "refmem: jax is not installed; install it with: pip install jax\n"


def test_a_device_that_is_not_there_is_one_line(tmp_path, monkeypatch):
    text = "class cuda:\n    is_available = staticmethod(lambda: False)\n"
    a_library(tmp_path, monkeypatch, "torch", text)
    asked = ("check", FLASH, "--rule", "gated_delta", "--library", "torch", "--device", "cuda")
    result = run(*asked)
    assert result.exit_code == 3
    assert result.output == "refmem: torch has no device cuda here\n"


def test_the_library_of_a_function_is_imported_in_its_own_process_alone(tmp_path, monkeypatch):
    told = tmp_path / "told"
    text = f"import os\nopen({str(told)!r}, 'a').write(f'{{os.getpid()}} ')\nraise ImportError"
    a_library(tmp_path, monkeypatch, "torch", text)
    run("check", FLASH, "--rule", "gated_delta", "--library", "torch")
    assert told.read_text().split()
    assert str(os.getpid()) not in told.read_text().split()


def test_a_missing_target_is_one_line(monkeypatch):
    monkeypatch.setitem(sys.modules, "mlx.core", None)
    result = run("check", "mlx")
    assert result.exit_code == 3
    expected = "refmem: mlx is not installed; install it with: pip install 'mlx[cpu]' mlx-lm\n"
    assert result.output == expected
