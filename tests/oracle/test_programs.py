"""Programs in other languages, functions in processes of their own, arrays of other libraries."""

import json
import pathlib
import shutil
import stat
import subprocess
import sys
import time

import ml_dtypes
import numpy as np
import pytest

import refmem
from refmem.oracle import check
from refmem.oracle.border.arrays import as_numpy, bfloat16, to_library
from refmem.oracle.border.presets import FLA
from refmem.oracle.cases.case import find_case, names_of
from refmem.oracle.targets.executable import Executable, result_shapes
from refmem.oracle.targets.find import find_target
from refmem.oracle.targets.target import UnavailableError
from refmem.support.arguments import ChoiceError
from tests.oracle.misbehaving import OnlyDLPack
from tests.oracle.processes import expect_dead

SOURCE = pathlib.Path(__file__).parent / "delta.c"


@pytest.fixture(scope="module")
def program(tmp_path_factory):
    """The example in C, compiled."""
    compiler = shutil.which("cc") or shutil.which("gcc")
    assert compiler, "the tests need a C compiler"
    path = tmp_path_factory.mktemp("built") / "delta"
    warnings = ["-Wall", "-Wextra", "-Werror"]
    subprocess.run([compiler, "-O2", *warnings, str(SOURCE), "-o", str(path)], check=True)
    return str(path)


def script(folder, body):
    """An executable Python program that is given the folder of a case."""
    path = folder / "program"
    path.write_text(f"#!{sys.executable}\nimport json, pathlib, sys, time\n"
                    f"folder = pathlib.Path(sys.argv[1])\n{body}\n")  # fmt: skip
    path.chmod(path.stat().st_mode | stat.S_IXUSR)
    return str(path)


def test_the_example_in_c_conforms(program):
    target = find_target(f"exec: {program}", "delta")
    report = check(target, rule="delta")
    assert report.conforms, report.failures[0]
    assert len(report.outcomes) == len(names_of(find_case("delta/ordinary/0").rule))


def test_a_case_directory_says_what_is_in_it(tmp_path):
    kept = tmp_path / "kept"
    body = f"import shutil; shutil.copytree(folder, {str(kept)!r}); sys.exit(3)"
    target = Executable(script(tmp_path, body), "gated_delta", np.float16, FLA)
    (outcome,) = check(target, case="gated_delta/scale/0").outcomes
    assert "raised RuntimeError: exit status 3" in outcome.reason
    said = json.loads((kept / "case.json").read_text())
    assert said["case"] == "gated_delta/scale/0"
    assert said["options"] == {"scale": 0.375}
    assert [one["name"] for one in said["inputs"]] == ["q", "k", "v", "g", "beta", "initial_state"]
    state = said["inputs"][-1]
    assert (state["dtype"], state["shape"]) == ("float32", [2, 2, 12, 7])
    q = np.fromfile(kept / "q.bin", "<f2").reshape(said["inputs"][0]["shape"])
    case = find_case("gated_delta/scale/0")
    assert np.array_equal(q.swapaxes(1, 2), case.inputs["q"])
    assert [one["shape"] for one in said["outputs"]] == [[2, 1, 2, 7], [2, 2, 12, 7]]


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        ("", "ValueError: wrote no out.bin"),
        ("(folder / 'out.bin').write_bytes(b'123')", "out.bin has 3 bytes, expected 112"),
        ("sys.exit('no device')", "RuntimeError: exit status 1: no device"),
        ("import os; os.abort()", "RuntimeError: killed by SIGABRT"),
        ("time.sleep(60)", "TimeoutError: no result after 0.5 seconds"),
        ("import os; os.system('sleep 60')", "TimeoutError: no result after 0.5 seconds"),
        ("import os; os.mkfifo(folder / 'out.bin')", "out.bin is a FIFO, expected a regular file"),
        ("(folder / 'out.bin').mkdir()", "ValueError: out.bin is a folder, expected a regular"),
        ("(folder / 'out.bin').symlink_to('/dev/zero')", "ValueError: out.bin is a device, expect"),
        ("(folder / 'out.bin').symlink_to('/dev/nothing')", "ValueError: wrote no out.bin"),
        ("import os; os.truncate(os.open(folder / 'out.bin', 66), 2**40)", "more than 112 bytes"),
        ("import os; os.kill(os.getpid(), 42)", "raised RuntimeError: killed by signal 42"),
        ("sys.exit(sys.stdin.read() or 'no input')", "RuntimeError: exit status 1: no input"),
        ("sys.exit('x' * 10**6 + '\\n\\x1b[2Jno\\ndevice')", "xxx [2Jno device"),
    ],
)
def test_programs_that_give_nothing(tmp_path, body, reason):
    slow = "sleep" in body
    target = find_target(f"exec: {script(tmp_path, body)}", "delta", timeout=0.5 if slow else 20)
    (outcome,) = check(target, case="delta/ordinary/0").outcomes
    assert reason in outcome.reason
    assert outcome.reason.isprintable()
    assert len(outcome.reason) <= 300


RIGHT = """
import numpy, os, refmem
said = json.loads((folder / "case.json").read_text())
inputs = {one["name"]: numpy.fromfile(folder / one["file"], one["dtype"]).reshape(one["shape"])
          for one in said["inputs"]}
for one, x in zip(said["outputs"], refmem.delta(**inputs)):
    x.tofile(folder / one["file"])
"""


@pytest.mark.parametrize(
    "body",
    [
        "print('x' * 10**6); print('x' * 10**6, file=sys.stderr)",
        "os.rename(folder / 'out.bin', folder / 'there'); os.symlink('there', folder / 'out.bin')",
    ],
    ids=["prints more than a pipe holds", "links to a file"],
)
def test_programs_that_are_right_in_their_own_way(tmp_path, body):
    target = find_target(f"exec: {script(tmp_path, RIGHT + body)}", "delta", timeout=60.0)
    report = check(target, case="delta/ordinary/1")
    assert report.conforms, report.failures


def test_what_a_program_leaves_is_not_waited_for_and_ends_with_it(tmp_path):
    leaves = f"""
if (left := os.fork()) == 0:
    time.sleep(1000)
pathlib.Path({str(tmp_path / "left")!r}).write_text(str(left))
"""
    target = find_target(f"exec: {script(tmp_path, RIGHT + leaves)}", "delta", timeout=300.0)
    begun = time.monotonic()
    assert check(target, case="delta/ordinary/1").conforms
    assert time.monotonic() - begun < 100
    expect_dead(int((tmp_path / "left").read_text()))


def test_a_command_that_is_no_words_is_wrong_usage():
    said = r"""command has value '\./kernel "fast', expected words as a shell has them, because"""
    with pytest.raises(ChoiceError, match=said):
        find_target('exec: ./kernel "fast', "delta")


@pytest.mark.parametrize("timeout", [float("nan"), float("inf"), 0, -1.0, "long", True])
@pytest.mark.parametrize("name", ["exec: ls", "refmem:delta", "onnx-reference"])
def test_a_time_out_is_so_many_seconds(name, timeout):
    with pytest.raises(ChoiceError, match=f"{name}: timeout has value"):
        find_target(name, "delta", timeout=timeout)


@pytest.mark.parametrize("command", ["", "no-such-program --fast"])
def test_a_program_that_is_not_there(command):
    with pytest.raises(UnavailableError, match="is no program; give one, or a path"):
        find_target(f"exec: {command}", "delta")


@pytest.mark.parametrize("name", ["kda/grouped-values/2", "kda/packed/0", "kda/empty/0"])
def test_result_shapes_are_those_of_the_convention(name):
    case = find_case(name)
    shapes = result_shapes(case, FLA)
    assert shapes["state"][1:] == (*np.prod(case.state_shape[1:-2], keepdims=True), 12, 7)
    assert len(shapes["out"]) == 4


# ---- arrays of other libraries


def test_arrays_that_speak_dlpack_are_taken():
    assert check("tests.oracle.misbehaving:dlpack", rule="delta", case="delta/ordinary/2").conforms
    assert as_numpy(OnlyDLPack(np.arange(3.0))).tolist() == [0, 1, 2]


@pytest.mark.parametrize("shape", [(2, 3), (0, 3), (1,), ()])
def test_bfloat16_is_taken_by_dlpack_and_its_memory_is_shared(shape):
    x = np.arange(float(np.prod(shape))).reshape(shape).astype(bfloat16())
    for y in (x, x.T, x[..., ::2] if shape else x):
        taken = as_numpy(OnlyDLPack(y))
        assert taken.dtype == bfloat16()
        assert np.array_equal(taken, y)
        assert np.shares_memory(taken, y) == (y.size > 0)


def test_a_bfloat16_candidate_of_another_library():
    report = check("tests.oracle.misbehaving:dlpack", rule="delta", case="delta/ordinary/2",
                   dtype="bfloat16")  # fmt: skip
    assert report.conforms, report.failures[0]


def test_words_are_no_array():
    with pytest.raises(TypeError, match="object is no array"):
        as_numpy(object())


def test_bfloat16_candidates():
    def rounded(scale=1.0, **inputs):
        assert {x.dtype for x in inputs.values()} == {bfloat16()}
        wide = {name: x.astype(np.float32) for name, x in inputs.items()}
        return [x.astype(ml_dtypes.bfloat16) for x in refmem.delta(**wide, scale=scale)]

    report = check(rounded, rule="delta", seeds=[2], dtype=ml_dtypes.bfloat16)
    assert report.conforms, report.failures[0]
    tenth = check(lambda **x: [y * y.dtype.type(1.02) for y in rounded(**x)], rule="delta",
                  case="delta/ordinary/2", dtype=ml_dtypes.bfloat16)  # fmt: skip
    assert not tenth.conforms


def test_numpy_stays_numpy():
    x = np.arange(3)
    assert to_library(x, "numpy") is x
    assert as_numpy(x) is x


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("fla", r"(torch|fla) is not installed; install it with: pip install"),
        ("transformers", r"(torch|transformers) is not installed; install it with: pip install"),
        ("mlx", r"mlx is not installed; install it with: pip install 'mlx\[cpu\]' mlx-lm"),
    ],
)
def test_a_missing_library_says_what_to_install(monkeypatch, name, message):
    hidden = dict.fromkeys(["torch", "transformers", "mlx", "mlx.core", "fla"])
    monkeypatch.setattr(sys, "modules", sys.modules | hidden)
    with pytest.raises(UnavailableError, match=message):
        find_target(name)
