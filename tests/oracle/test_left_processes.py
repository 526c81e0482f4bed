"""What a function started ends with it, and nobody waits for what does not."""

import os
import signal
import subprocess
import sys
import textwrap
import threading
import time

import pytest

from refmem.oracle import check
from tests.oracle.processes import expect_dead, reason

MAIN = "from refmem.commands.main import main; main()"


@pytest.mark.parametrize(
    ("function", "said"),
    [
        ("leaves_a_process", ""),
        ("leaves_a_process_and_hangs", "raised TimeoutError: no result after 1 seconds"),
        (
            "leaves_a_process_and_dies",
            "raised ChildProcessError: the process died with status 7",
        ),
        ("leaves_a_copy_and_dies", "raised ChildProcessError: the process died with status 7"),
    ],
)
def test_what_a_function_started_ends_with_it(isolated, note, function, said):
    target = isolated(f"hostile:{function}", timeout=1.0 if "hangs" in function else 20.0)
    assert reason(target) == said
    target.close()
    expect_dead(int(note.read_text()))


def test_an_interrupt_ends_a_function_with_what_it_started(isolated, note):
    def interrupt():
        while not note.exists():
            time.sleep(0.01)
        os.kill(os.getpid(), signal.SIGINT)

    target = isolated("hostile:leaves_a_process_and_hangs")
    interrupting = threading.Thread(target=interrupt)
    interrupting.start()
    with pytest.raises(KeyboardInterrupt):
        check(target, case="delta/ordinary/0")
    interrupting.join()
    expect_dead(int(note.read_text()))


@pytest.mark.parametrize("function", ["leaves_a_process", "leaves_a_daemon"])
def test_what_is_left_does_not_keep_whoever_waits_for_the_run(note, function):
    """As in a pipeline, which waits until nobody can write to its pipes any more."""
    command = f"check tests.oracle.hostile:{function} --case delta/ordinary/0".split()
    begun = time.monotonic()
    run = subprocess.run(
        [sys.executable, "-c", MAIN, *command], capture_output=True, timeout=60, check=False
    )
    left = int(note.read_text())
    if function == "leaves_a_daemon":
        os.kill(left, signal.SIGKILL)
    assert b"conforms" in run.stdout, run.stderr
    assert time.monotonic() - begun < 50
    expect_dead(left)


def test_what_a_function_started_ends_with_whoever_asked(tmp_path):
    """The asker dies by SIGKILL between two cases: its process ends its own group."""
    code = """
        import os, signal
        from refmem.oracle import check
        from refmem.oracle.targets.find import find_target
        target = find_target("tests.oracle.hostile:leaves_a_process", "delta", timeout=60.0)
        assert check(target, case="delta/ordinary/1").conforms
        os.kill(os.getpid(), signal.SIGKILL)
    """
    environment = os.environ | {"NOTE": str(tmp_path / "pid")}
    done = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(code)], env=environment, check=False
    )
    assert done.returncode == -9
    expect_dead(int((tmp_path / "pid").read_text()))
