"""What the studies share: the same options, the same one line for what is not there, Ctrl-C."""

import contextlib
import os
import re
import signal
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from functools import partial

import pytest

from refmem.studies.expressivity import robustness
from tests.commands import calling
from tests.commands.calling import assert_wrong_usage
from tests.commands.test_check import NOT_IN_THE_BACKGROUND

SMALL = {
    "capacity": "capacity --kernel linear --dim 4 --trials 2 --pairs 4 --no-memories",
    "robustness": "expressivity robustness",
    "limits": "longcontext limits --contexts 2",
    "track": "longcontext track --tokens 3 --worlds 2 --keys 1 --values 1",
}
"""Each of the studies, small."""

every_study = pytest.mark.parametrize("study", SMALL)


@pytest.fixture(autouse=True)
def two_things_and_five_tokens(monkeypatch):
    """The study of robustness has no size to choose on the command line."""
    monkeypatch.setattr(robustness, "STEPS", 5)
    monkeypatch.setattr(robustness, "robustness", partial(robustness.robustness, (2,)))


def run(study, *arguments):
    return calling.run(*SMALL[study].split(), *arguments)


@every_study
def test_a_study_runs_on_the_executor_of_an_address(study, monkeypatch):
    asked = []

    @contextlib.contextmanager
    def cluster(address):
        asked.append(address)
        with ThreadPoolExecutor(2) as pool:
            yield pool

    monkeypatch.setattr("refmem.commands.studying.executor_at", cluster)
    there = run(study, "--executor", "dask://127.0.0.1:8786")
    assert there.exit_code == 0, there.output
    assert there.output == run(study).output
    assert asked == ["dask://127.0.0.1:8786"]


def test_a_cluster_that_is_not_there_is_one_line():
    pytest.importorskip("distributed", reason="extra distributed is not installed")
    result = run("track", "--executor", "dask://127.0.0.1:1")
    assert result.exit_code == 3
    assert result.stderr == "refmem: no Dask scheduler answers at dask://127.0.0.1:1\n"


@every_study
def test_a_worker_that_dies_is_one_line(study, monkeypatch):
    @contextlib.contextmanager
    def dying(workers):
        raise BrokenProcessPool("gone")
        yield

    monkeypatch.setattr("refmem.commands.studying.processes", dying)
    result = run(study, "--workers", 2)
    assert result.exit_code == 3
    assert result.stderr == "refmem: a worker died (gone); the same --journal goes on\n"


@every_study
@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--executor", "tcp://x"], "executor has address 'tcp://x', expected dask://HOST:PORT"),
        (["--workers", "0"], "Invalid value for '--workers'"),
        (["--seed", "-1"], "Invalid value for '--seed'"),
        (["--journal", "none/x"], "--journal has value 'none/x', expected a file in a folder"),
        (["--journal", "pyproject.toml"], "pyproject.toml is no journal of a sweep"),
        (["--plot", "x.pdf"], "plot: file has name 'x.pdf', expected one ending in .svg or .png"),
        (["--plot", "none/x.svg"], "expected one in a folder that exists"),
    ],
)
def test_wrong_usage_is_one_line_and_exit_2(study, arguments, message):
    assert_wrong_usage(run(study, *arguments), message)


@every_study
def test_a_plot_needs_its_extra_before_the_run(study, monkeypatch, tmp_path):
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    result = run(study, "--plot", tmp_path / "x.svg")
    assert result.exit_code == 3
    assert re.fullmatch(r"refmem: matplotlib is not installed; [^\n]*\n", result.stderr)
    assert not result.stdout


@pytest.mark.parametrize("workers", ["1", "2"])
def test_ctrl_c_is_one_line_and_exit_130(workers, tmp_path):
    """Sent, as a terminal does, to the command and all its processes, once a point is done."""
    journal = tmp_path / "run.jsonl"
    words = ["capacity", "--trials", "2000", "--workers", workers, "--journal", str(journal)]
    command = [sys.executable, "-c", NOT_IN_THE_BACKGROUND, *words]
    program = subprocess.Popen(
        command, stderr=subprocess.PIPE, stdout=subprocess.PIPE, text=True, start_new_session=True
    )
    while not journal.exists() or journal.read_text().count("\n") < 2:
        assert program.poll() is None
        time.sleep(0.02)
    os.killpg(program.pid, signal.SIGINT)
    out, err = program.communicate(timeout=60)
    assert (program.returncode, out, err) == (130, "", "refmem: stopped before the end\n")


def test_any_command_that_is_stopped_by_hand_is_one_line(monkeypatch):
    def stopped(*args, **given):
        raise KeyboardInterrupt

    monkeypatch.setattr("refmem.commands.vectors.read_vectors", stopped)
    result = calling.run("vectors", "--verify", "x")
    assert (result.exit_code, result.stderr) == (130, "refmem: stopped before the end\n")
