"""Executors by their address, and the command line with one: what is no cluster is one line."""

import contextlib
import socket
import subprocess
import sys
import threading
import time

import distributed
import pytest

import refmem.support.executors
from refmem.support.executors import UnreachableError, executor_at
from refmem.support.extras import MissingExtraError
from tests.commands.calling import run
from tests.support.clusters import address, local_cluster


@pytest.fixture(scope="module")
def cluster():
    """Two workers in this process."""
    with local_cluster(2) as started:
        yield started


@contextlib.contextmanager
def listener(reply):
    """The address of a server that is no scheduler: it says this to whoever connects."""
    with socket.create_server(("127.0.0.1", 0)) as server, contextlib.ExitStack() as kept:

        def serve():
            with contextlib.suppress(OSError):
                while True:
                    kept.enter_context(server.accept()[0]).sendall(reply)

        threading.Thread(target=serve, daemon=True).start()
        yield f"dask://127.0.0.1:{server.getsockname()[1]}"
        server.shutdown(socket.SHUT_RDWR)


def refusal(at):
    """What is said of an address that is refused."""
    with pytest.raises(UnreachableError) as refused, executor_at(at):
        pass
    return str(refused.value)


@pytest.mark.parametrize(
    "at", ["", "8786", "dask://8786", "dask://:8786", "dask://host:port", "tcp://127.0.0.1:8786"]
)
def test_another_kind_of_address(at):
    expected = f"executor has address '{at}', expected dask://HOST:PORT"
    with pytest.raises(ValueError, match=expected), executor_at(at):
        pass


def test_nobody_answers(monkeypatch):
    monkeypatch.setattr(refmem.support.executors, "PATIENCE", 0.5)
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
    at = f"dask://127.0.0.1:{port}"
    assert refusal(at) == f"no Dask scheduler answers at {at}"


@pytest.mark.parametrize("reply", [b"", b"HTTP/1.1 400 Bad Request\r\n\r\n" * 9])
def test_somebody_else_answers(monkeypatch, reply):
    monkeypatch.setattr(refmem.support.executors, "PATIENCE", 0.5)
    with listener(reply) as at:
        assert refusal(at) == f"no Dask scheduler answers at {at}"


def test_a_worker_answers(cluster):
    at = next(iter(cluster.scheduler.workers)).replace("tcp", "dask")
    assert refusal(at) == f"a Worker answers at {at}, expected a scheduler"


def test_there_are_no_workers():
    with local_cluster(0) as empty:
        at = address(empty)
        assert refusal(at) == f"the cluster at {at} has no workers; start some first"


def test_workers_have_another_refmem(cluster, monkeypatch):
    at = address(cluster)
    with monkeypatch.context() as here, executor_at(at):
        here.setattr(distributed.Client, "run", lambda *_, **__: {"worker": "0.0.9"})
        expected = f"a worker of the cluster at {at} has refmem 0.0.9, expected refmem "
        assert refusal(at).startswith(expected)
        here.setattr(distributed.Client, "run", lambda *_, **__: {"worker": ImportError()})
        assert "has no refmem, expected refmem" in refusal(at)


def test_a_cluster_that_goes_away_during_a_run(monkeypatch):
    monkeypatch.setattr(refmem.support.executors, "PATIENCE", 0.5)

    def run_until_it_goes(going):
        with executor_at(address(going)) as executor:
            slept = executor.submit(time.sleep, 0.5)
            going.close()
            slept.result()

    with local_cluster(1) as going:
        said = f"the cluster at {address(going)} went away during the run"
        with pytest.raises(UnreachableError, match=said):
            run_until_it_goes(going)


def test_the_extra_is_named_when_it_is_missing(monkeypatch):
    monkeypatch.setitem(sys.modules, "distributed", None)
    with (
        pytest.raises(MissingExtraError, match=r"pip install 'refmem\[distributed\]'"),
        executor_at("dask://127.0.0.1:8786"),
    ):
        pass


# ---- on the command line

CHECK = ("check", "onnx-reference", "--rule", "delta", "--seed", "2")


def test_a_report_from_a_cluster_is_printed_as_ever(cluster):
    there = run(*CHECK, "--executor", address(cluster))
    assert (there.exit_code, there.output) == (0, run(*CHECK).output)


@pytest.mark.parametrize(
    ("at", "code", "said"),
    [
        ("8786", 2, "executor has address '8786', expected dask://HOST:PORT"),
        ("dask://127.0.0.1:1", 3, "no Dask scheduler answers at dask://127.0.0.1:1"),
    ],
)
def test_what_is_no_cluster_is_one_line(monkeypatch, at, code, said):
    monkeypatch.setattr(refmem.support.executors, "PATIENCE", 0.5)
    result = run(*CHECK, "--executor", at)
    assert (result.exit_code, result.output) == (code, f"refmem: {said}\n")


def test_a_missing_extra_is_one_line(monkeypatch):
    monkeypatch.setitem(sys.modules, "distributed", None)
    result = run(*CHECK, "--executor", "dask://127.0.0.1:8786")
    assert result.exit_code == 3
    assert result.output == (
        "refmem: distributed is not installed; install it with: pip install 'refmem[distributed]'\n"
    )


def test_the_command_line_does_not_import_distributed_without_need():
    code = (
        "import sys\nfrom refmem.commands.main import main\n"
        f"try: main({list(CHECK)!r})\n"
        "except SystemExit as end: sys.exit(end.code or 'distributed' in sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code], check=True, capture_output=True)
