"""A Python process that makes a target and runs cases with it, so that nobody else dies of them.

It is started for the first question, and again for the one after its death. Questions and answers
are pickled through its standard input and output; what the target prints goes to standard error.
"""

from __future__ import annotations

import contextlib
import pickle
import queue
import signal
import subprocess
import sys
import threading
import weakref
from typing import Any

from refmem.oracle.targets.target import UnavailableError

RAISED, RETURNED, CHANGED = "raised", "returned", "changed"
"""What an answer holds: what went wrong, or what came back and the inputs as they are now."""

START = 120.0
"""Seconds that a process has to start, import and make its target."""

MAIN = (
    "import signal, sys; signal.signal(signal.SIGINT, signal.SIG_IGN); "
    "sys.path[:] = {path!r}; from refmem.oracle.targets.serving import serve; serve()"
)
"""What the process runs; it finds modules where this one does. An interrupt is not its own: whoever
asks is interrupted too, and ends it."""


class Process:
    """A process for one target, which is made from the arguments of `find_target`."""

    def __init__(self, making: dict[str, Any], timeout: float) -> None:
        self.making, self.timeout = making, timeout
        self._child: subprocess.Popen[bytes] | None = None
        self._answers: queue.SimpleQueue[Any] = queue.SimpleQueue()
        self._end = lambda: None

    def ask(self, *question: Any) -> Any:
        """The answer; `TimeoutError` or `ChildProcessError` if the process dies of it.

        `UnavailableError` if it cannot even start.
        """
        if self._child is None:
            self._start()
        return self._exchange(question, self.timeout)

    def close(self) -> None:
        """End the process, if there is one."""
        self._end()
        self._child, self._end = None, lambda: None

    def _start(self) -> None:
        main = MAIN.format(path=sys.path)
        child = subprocess.Popen(
            [sys.executable, "-c", main], stdin=subprocess.PIPE, stdout=subprocess.PIPE
        )
        self._child, self._answers = child, queue.SimpleQueue()
        self._end = weakref.finalize(self, _end, child)
        listening = threading.Thread(target=_listen, args=(child, self._answers), daemon=True)
        listening.start()
        try:
            refusal = self._exchange((self.making, self.timeout), START)
        except (TimeoutError, ChildProcessError) as error:
            refusal = str(error)
        if refusal:
            self.close()
            raise UnavailableError(f"the process of {self.making['name']} cannot run: {refusal}")

    def _exchange(self, question: Any, seconds: float) -> Any:
        assert self._child is not None
        assert self._child.stdin is not None
        try:
            pickle.dump(question, self._child.stdin)
            self._child.stdin.flush()
            alive, answer = self._answers.get(timeout=seconds)
        except queue.Empty:
            self.close()
            raise TimeoutError(f"no result after {seconds:g} seconds") from None
        except BrokenPipeError:
            alive = False
        if not alive:
            status = self._child.wait()
            self.close()
            raise ChildProcessError(f"the process {_manner_of_death(status)}")
        return answer


def _listen(child: subprocess.Popen[bytes], answers: queue.SimpleQueue[Any]) -> None:
    """Pass on every answer as (True, answer); (False, None) when there will be no more."""
    assert child.stdout is not None
    with child.stdout as stream:
        try:
            while True:
                answers.put((True, pickle.load(stream)))
        except (EOFError, OSError, pickle.UnpicklingError):
            answers.put((False, None))


def _end(child: subprocess.Popen[bytes]) -> None:
    assert child.stdin is not None
    child.kill()
    child.wait()
    with contextlib.suppress(BrokenPipeError):  # half a question may be left in the pipe
        child.stdin.close()


def _manner_of_death(status: int) -> str:
    if status >= 0:
        return f"died with status {status}"
    return f"was killed by {signal.Signals(-status).name}"
