"""A Python process that makes a target and runs cases with it, so that nobody else dies of them.

It is started for the first question, and again for the one after its death. Questions and answers
are messages of `wire` through a socket that is inherited by nothing the process starts; what the
target prints goes to standard error. An answer repeats the token of its question, and every
question has a new one: what was written for another question, or by whoever cannot read the memory
of the process, is no answer.
"""

from __future__ import annotations

import contextlib
import os
import secrets
import select
import socket
import sys
import time
import weakref
from typing import Any

from refmem.oracle.targets import wire
from refmem.oracle.targets.child import Child, name_of_signal
from refmem.oracle.targets.target import MisbehavedError, UnavailableError
from refmem.support.wording import one_line

START = 120.0
"""Seconds that a process has to start, import and make its target."""

DYING = 2.0
"""Seconds that a process which hung up has to be dead."""

LACKS = "lacks"
"""What a process says first: what its target does not take; or text, why it cannot be made."""

NO_ANSWER = "the process answered what is no answer"

MAIN = (
    "import sys; sys.path[:] = {path!r}; from refmem.oracle.targets.serving import serve; "
    "serve({channel})"
)
"""What the process runs; it finds modules where this one does."""


class Process:
    """A process for one target, which is made from the arguments of `find_target`."""

    def __init__(self, making: dict[str, Any], timeout: float) -> None:
        self.making, self.timeout = making, timeout
        self._line: Line | None = None
        self.lacks: tuple[str, ...] = ()

    def ask(self, question: dict[str, Any]) -> Any:
        """The answer: nothing, text, numbers, dicts, tuples and arrays, as `wire` has them.

        `TimeoutError` or `ChildProcessError` if the process dies of the question, `MisbehavedError`
        if it says what is no answer, `UnavailableError` if it cannot even start.
        """
        self.start()
        return self._exchange(question, self.timeout)

    def start(self) -> None:
        """Start it unless it runs; `UnavailableError` says why it cannot."""
        if self._line is not None:
            return
        self._line = Line()
        try:
            told = self._exchange({"making": self.making, "timeout": self.timeout}, START)
        except (TimeoutError, ChildProcessError, MisbehavedError) as error:
            name = self.making["name"]
            raise UnavailableError(f"the process of {name} cannot run: {error}") from None
        match told:
            case {"lacks": tuple(lacks)} if all(isinstance(name, str) for name in lacks):
                self.lacks = lacks
            case _:
                self.close()
                raise UnavailableError(one_line(str(told)))

    def close(self) -> None:
        """End the process with all that it started, if there is one."""
        if self._line is not None:
            self._line.close()
            self._line = None

    def _exchange(self, question: dict[str, Any], seconds: float) -> Any:
        """Ask and be answered; whatever else happens, an interrupt too, is the process's end."""
        assert self._line is not None
        try:
            return self._line.exchange(question, time.monotonic() + seconds)
        except TimeoutError:
            raise TimeoutError(f"no result after {seconds:g} seconds") from None
        except wire.NoMessageError as error:
            raise MisbehavedError(f"{NO_ANSWER}: {error}") from None
        finally:
            if not self._line.is_in_step:
                self.close()


class Line:
    """A process that was started, and the socket to it.

    is_in_step   whether its next message answers the next question: nothing is left of another one
    """

    def __init__(self) -> None:
        self._channel, theirs = socket.socketpair()
        self._hang_up = weakref.finalize(self, self._channel.close)
        with theirs:
            main = MAIN.format(path=sys.path, channel=theirs.fileno())
            command, keep = [sys.executable, "-c", main], [theirs.fileno()]
            self._child = Child(command, _show, prints=True, keep=keep)
        self.is_in_step = True

    def close(self) -> None:
        """End the process with all that it started."""
        self._child.end()
        self._hang_up()

    def exchange(self, question: dict[str, Any], until: float) -> Any:
        """The answer to a question, which is there by `time.monotonic() = until`."""
        token = secrets.token_hex(16)
        self.is_in_step = False
        self._send(wire.pack(token, question), until)
        try:
            of, answer = wire.unpack(lambda size: self._take(size, until))
        except EOFError:
            raise wire.NoMessageError("it hung up") from None
        if of != token:
            raise wire.NoMessageError("it has not the token of the question")
        with contextlib.suppress(BlockingIOError):
            if self._channel.recv(1, socket.MSG_DONTWAIT | socket.MSG_PEEK):
                raise wire.NoMessageError("more follows it")
        self.is_in_step = True
        return answer

    def _send(self, data: bytes, until: float) -> None:
        left = memoryview(data)
        while left:
            self._expect(select.POLLOUT, until)
            try:
                left = left[self._channel.send(left, socket.MSG_DONTWAIT) :]
            except (BrokenPipeError, ConnectionResetError):
                self._expect_life()
                raise wire.NoMessageError("it hung up") from None

    def _take(self, size: int, until: float) -> bytes:
        """So many bytes or fewer; none if the process lives and hung up."""
        self._expect(select.POLLIN, until)
        data = b""
        with contextlib.suppress(ConnectionResetError):
            data = self._channel.recv(size, socket.MSG_DONTWAIT)
        if not data:
            self._expect_life()
        return data

    def _expect(self, event: int, until: float) -> None:
        """Wait for the channel; `ChildProcessError` if the process dies, `TimeoutError` if late."""
        if not self._child.wait(until, self._channel, event):
            self._expect_life()

    def _expect_life(self) -> None:
        """`ChildProcessError` unless the process lives on, a while after it hung up."""
        with contextlib.suppress(TimeoutError):
            self._child.wait(time.monotonic() + DYING)
        status = self._child.status
        if status is not None and status >= 0:
            raise ChildProcessError(f"the process died with status {status}")
        if status is not None:
            raise ChildProcessError(f"the process was killed by {name_of_signal(-status)}")


def _show(printed: bytes) -> None:
    """Pass on what a process printed."""
    with contextlib.suppress(OSError):
        os.write(2, printed)
