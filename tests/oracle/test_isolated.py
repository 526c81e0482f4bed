"""Functions in processes of their own: they may die, hang and misbehave, and the run goes on."""

import subprocess
import sys
import textwrap
import time

import pytest

from refmem.oracle import check
from refmem.oracle.targets.find import find_target, of_this_thread
from refmem.oracle.targets.target import UnavailableError


@pytest.fixture
def isolated():
    """Makes targets of functions of tests.oracle.misbehaving; their processes end with a test."""
    made = []

    def make(function, timeout=20.0, rule="delta"):
        made.append(find_target(f"tests.oracle.misbehaving:{function}", rule, timeout=timeout))
        return made[-1]

    yield make
    for target in made:
        target.close()


def reason(target, case="delta/ordinary/0"):
    (outcome,) = check(target, case=case).outcomes
    return outcome.reason


def test_a_function_that_dies_is_a_failed_case_and_the_next_one_runs(isolated):
    target = isolated("dies")
    said = "raised ChildProcessError: the process died with status 7"
    assert reason(target, "delta/ordinary/1") == said
    assert check(target, case="delta/ordinary/0").conforms


def test_a_function_that_crashes_is_a_failed_case(isolated):
    target = isolated("crashes")
    said = "raised ChildProcessError: the process was killed by SIGSEGV"
    assert reason(target, "delta/one-key/1") == said
    assert check(target, case="delta/ordinary/0").conforms


def test_a_function_that_hangs_is_a_failed_case(isolated):
    target = isolated("hangs", timeout=1.0)
    said = "raised TimeoutError: no result after 1 seconds"
    assert reason(target, "delta/ordinary/1") == said
    assert check(target, case="delta/ordinary/0").conforms


@pytest.mark.parametrize(
    "function", ["careless", "lazy", "raises", "leaves", "returns_words", "returns_nothing"]
)
def test_the_reason_is_that_of_a_run_in_this_process(isolated, function):
    here = find_target(f"tests.oracle.misbehaving:{function}", "delta")
    assert reason(isolated(function)) == reason(here) != ""


def test_what_a_function_prints_and_reads_is_not_mistaken_for_its_answer(isolated):
    assert reason(isolated("talks")) == ""


def test_an_output_alone_is_enough_where_there_is_no_state(isolated):
    assert reason(isolated("alone", rule="ffn"), "ffn/ordinary/0") == ""


def test_gradients_are_made_in_the_process(isolated):
    target = isolated("DyingGradient.delta")
    assert check(target, case="delta/ordinary/1").conforms
    said = "raised ChildProcessError: the process died with status 7"
    assert reason(target, "delta/gradient@ordinary/1") == said


def test_named_targets_and_groups_run_in_a_process_too():
    target = find_target("onnxruntime", timeout=60.0)
    here = check("onnxruntime", case="delta/ordinary/2")
    assert check(target, case="delta/ordinary/2") == here
    target.parts[0].close()  # the process of them all


def test_a_worker_makes_what_it_is_sent_once(isolated):
    target = isolated("dies")
    one, other = of_this_thread(target.making), of_this_thread(dict(target.making))
    assert one is other is not target
    assert reason(one) == ""
    one.close()


@pytest.mark.parametrize(
    ("name", "why"),
    [
        ("no_such_module:f", "no_such_module:f does not import"),
        ("dies_when_imported:f", "the process died with status 9"),
    ],
)
def test_a_target_that_cannot_be_made_is_no_failed_case(isolated, tmp_path, monkeypatch, name, why):
    (tmp_path / "dies_when_imported.py").write_text("import os; os._exit(9)")
    monkeypatch.syspath_prepend(tmp_path)
    target = isolated("dies")
    target._process.making = target._process.making | {"name": name}
    with pytest.raises(UnavailableError, match=f"the process of {name} cannot run: {why}"):
        check(target, case="delta/ordinary/0")
    with pytest.raises(UnavailableError):
        check(target, case="delta/gradient@ordinary/0")


def test_a_process_whose_asker_was_killed_ends_itself(tmp_path):
    """The asker dies by SIGKILL while its process hangs: nobody is left to end that."""
    code = f"""
        import os, signal, threading, time
        from refmem.oracle import check
        from refmem.oracle.targets.target import UnavailableError
        from refmem.oracle.targets.find import find_target
        def die():
            while not os.path.exists({str(tmp_path / "pid")!r}):
                time.sleep(0.01)
            os.kill(os.getpid(), signal.SIGKILL)
        threading.Thread(target=die).start()
        name = "tests.oracle.misbehaving:hangs_and_notes_its_pid"
        check(find_target(name, "delta", timeout=0.5), case="delta/ordinary/1")
    """
    environment = {"PATH": "", "NOTE": str(tmp_path / "pid")}
    done = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(code)], env=environment, check=False
    )
    assert done.returncode == -9
    pid = int((tmp_path / "pid").read_text())
    until = time.monotonic() + 20
    while _is_alive(pid) and time.monotonic() < until:
        time.sleep(0.05)
    assert not _is_alive(pid)


def _is_alive(pid):
    """Whether there is such a process, which has not ended and waits to be collected."""
    try:
        with open(f"/proc/{pid}/stat") as file:
            return file.read().rsplit(")", 1)[1].split()[0] != "Z"
    except FileNotFoundError:
        return False
