"""Functions in processes of their own: they may die, hang and misbehave, and the run goes on."""

import signal
import subprocess
import sys
import textwrap

import pytest

from refmem.oracle import check
from refmem.oracle.cases.case import find_case
from refmem.oracle.targets.find import find_target, of_this_thread
from refmem.oracle.targets.target import UnavailableError
from tests.oracle.processes import expect_dead, reason


def test_a_function_that_dies_is_a_failed_case_and_the_next_one_runs(isolated):
    target = isolated("misbehaving:dies")
    said = "raised ChildProcessError: the process died with status 7"
    assert reason(target, "delta/ordinary/1") == said
    assert check(target, case="delta/ordinary/0").conforms


def test_a_function_that_crashes_is_a_failed_case(isolated):
    target = isolated("misbehaving:crashes")
    said = "raised ChildProcessError: the process was killed by SIGSEGV"
    assert reason(target, "delta/one-key/1") == said
    assert check(target, case="delta/ordinary/0").conforms


def test_a_function_that_hangs_is_a_failed_case(isolated):
    target = isolated("misbehaving:hangs", timeout=1.0)
    said = "raised TimeoutError: no result after 1 seconds"
    assert reason(target, "delta/ordinary/1") == said
    assert check(target, case="delta/ordinary/0").conforms


@pytest.mark.parametrize(
    "function", ["careless", "lazy", "raises", "leaves", "returns_words", "returns_nothing"]
)
def test_the_reason_is_that_of_a_run_in_this_process(isolated, function):
    here = find_target(f"tests.oracle.misbehaving:{function}", "delta")
    assert reason(isolated(f"misbehaving:{function}")) == reason(here) != ""


def test_what_a_function_prints_and_reads_is_not_mistaken_for_its_answer(isolated):
    assert reason(isolated("misbehaving:talks")) == ""


def test_an_output_alone_is_enough_where_there_is_no_state(isolated):
    assert reason(isolated("misbehaving:alone", rule="ffn"), "ffn/ordinary/0") == ""


def test_gradients_are_made_in_the_process(isolated):
    target = isolated("misbehaving:DyingGradient.delta")
    assert check(target, case="delta/ordinary/1").conforms
    said = "raised ChildProcessError: the process died with status 7"
    assert reason(target, "delta/gradient@ordinary/1") == said


def test_named_targets_and_groups_run_in_a_process_too():
    target = find_target("onnxruntime", timeout=60.0)
    here = check("onnxruntime", case="delta/ordinary/2")
    assert check(target, case="delta/ordinary/2") == here
    target.parts[0].close()  # the process of them all


def test_a_worker_makes_what_it_is_sent_once(isolated):
    target = isolated("misbehaving:dies")
    one, other = of_this_thread(target.making), of_this_thread(dict(target.making))
    assert one is other is not target
    assert reason(one) == ""
    one.close()


@pytest.mark.parametrize(
    ("name", "why"),
    [
        ("no_such_module", "^no_such_module:f does not import: ModuleNotFoundError: No module "),
        ("raises_when_imported", "^raises_when_imported:f does not import: OSError: on two lines$"),
        ("dies_when_imported", "the process of dies_when_imported:f cannot run: the process died "),
        ("writes_when_imported", "cannot run: the process answered what is no answer: it begins"),
    ],
)
def test_a_target_that_cannot_be_made_is_no_failed_case(tmp_path, monkeypatch, name, why):
    bodies = {
        "raises_when_imported": "raise OSError('on two\\nlines')",
        "dies_when_imported": "import os; os._exit(9)",
        "writes_when_imported": "import tests.oracle.hostile as m\n"
        "m._write_to_every_descriptor(b'hello')",
    }
    for module, body in bodies.items():
        (tmp_path / f"{module}.py").write_text(body)
    monkeypatch.syspath_prepend(tmp_path)
    with pytest.raises(UnavailableError, match=why):
        find_target(f"{name}:f", "delta", timeout=20.0)


def test_a_process_that_cannot_be_started_again_is_no_failed_case(isolated):
    target = isolated("misbehaving:dies")
    assert check(target, case="delta/ordinary/0").conforms
    target.close()
    target._process.making = target._process.making | {"name": "no_such_module:f"}
    for case in ("delta/ordinary/0", "delta/gradient@ordinary/0"):
        with pytest.raises(UnavailableError, match="no_such_module:f does not import"):
            check(target, case=case)


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
    expect_dead(int((tmp_path / "pid").read_text()))


def test_odd_numbers_arrive_as_they_were(isolated):
    name, case = "tests.oracle.misbehaving:odd_numbers", find_case("delta/ordinary/0")
    here, there = (
        target.run(name, case, {n: x.astype("f4") for n, x in case.inputs.items()})[0]
        for target in (find_target(name, "delta"), isolated("misbehaving:odd_numbers"))
    )
    assert here.keys() == there.keys()
    for what, x in here.items():
        y = there[what]
        assert (y.dtype, y.shape, y.tobytes()) == (x.dtype, x.shape, x.tobytes()), what


def test_the_other_byte_order_is_another_dtype(isolated, note):
    here = find_target("tests.oracle.misbehaving:the_other_way_round", "delta")
    said = "out has dtype >f4, expected float32; state has dtype >f4, expected float32"
    assert reason(isolated("misbehaving:the_other_way_round")) == reason(here) == said


def test_an_input_with_another_shape_was_changed(isolated):
    said = reason(isolated("misbehaving:grows_an_input"))
    assert said.startswith("changed its input k to float32 (2, 2, 1, 12, 1)")


@pytest.mark.parametrize("function", ["complains_at_length", "complains_in_silence"])
def test_messages_are_short_and_plain(isolated, function):
    here = find_target(f"tests.oracle.misbehaving:{function}", "delta")
    said = reason(isolated(f"misbehaving:{function}"))
    assert said == reason(here)
    assert 30 < len(said) <= 300
    assert said.isprintable()


def test_a_signal_without_a_name(isolated):
    number = signal.SIGRTMIN + 8
    said = f"raised ChildProcessError: the process was killed by signal {number}"
    assert reason(isolated("misbehaving:dies_of_a_signal_without_a_name")) == said


def test_what_is_printed_goes_to_standard_error(isolated, capfd):
    assert reason(isolated("misbehaving:prints_at_length")) == ""
    out, err = capfd.readouterr()
    assert (out, err.count("x")) == ("", 10**6)
