"""A process that runs a candidate: first of its group, heard while it is waited for, ended whole.

It has no standard input. What it prints comes through a pipe, so whatever outlives it keeps open no
terminal and no log of whoever started the run. When it ends, so does all that it started, except
what has left its group. It has no session of its own: a scheduler that shares a busy machine among
sessions would let each answer wait for its turn.
"""

from __future__ import annotations

import contextlib
import os
import select
import signal
import socket
import subprocess
import time
import weakref
from collections.abc import Callable, Iterator, Sequence
from typing import Any

SOON, LATER = 0.001, 0.1
"""Seconds between looks at whether it is dead, the first and the last: what it started may keep its
pipe open, and then nothing says so."""

GRACE = 5.0
"""Seconds that a killed process has to be gone: one that waits for a broken device may never be."""

AT_ONCE = 2**16
"""Bytes that are heard at a time; as many as a pipe holds."""

Hear = Callable[[bytes], Any]


class Child:
    """A command, started in a process group of its own.

    hear     is given what it prints
    prints   whether that is its standard output, too, or that of errors alone
    keep     the descriptors that it inherits beside these
    """

    def __init__(
        self, command: Sequence[str], hear: Hear, *, prints: bool, keep: Sequence[int] = ()
    ) -> None:
        self._pipe, theirs = os.pipe()
        try:
            self._process = subprocess.Popen(
                command,
                stdin=subprocess.DEVNULL,
                stdout=theirs if prints else subprocess.DEVNULL,
                stderr=theirs,
                pass_fds=keep,
                process_group=0,
            )
        except BaseException:
            os.close(self._pipe)
            raise
        finally:
            os.close(theirs)
        os.set_blocking(self._pipe, False)
        self._hear = hear
        self._poll = select.poll()
        self._poll.register(self._pipe, select.POLLIN)
        self.end = weakref.finalize(self, _end, self._process, self._pipe, hear)

    @property
    def status(self) -> int | None:
        """The exit status, or minus the signal that killed it; None while it lives."""
        return self._process.poll()

    def wait(self, until: float, channel: socket.socket | None = None, event: int = 0) -> bool:
        """Whether there is an event of the channel; if not, the process is dead.

        Raises TimeoutError if by `time.monotonic() = until` there is neither.
        """
        with self._watching(channel, event) as handle:
            patience = SOON
            while True:
                dead = self.status is not None
                left = until - time.monotonic()
                ready = self._ready(0 if dead else max(0, min(left, patience)))
                if handle in ready or dead:
                    return handle in ready
                if left <= 0:
                    raise TimeoutError
                patience = SOON if ready else min(2 * patience, LATER)

    @contextlib.contextmanager
    def _watching(self, channel: socket.socket | None, event: int) -> Iterator[int | None]:
        """The channel's descriptor, watched within the block."""
        if channel is None:
            yield None
            return
        self._poll.register(channel, event)
        try:
            yield channel.fileno()
        finally:
            self._poll.unregister(channel)

    def _ready(self, seconds: float) -> set[int]:
        """Descriptors with an event within so many seconds; what is printed is heard."""
        ready = {handle for handle, _ in self._poll.poll(1000 * seconds)}
        if self._pipe in ready and not _heard(self._pipe, self._hear):
            self._poll.unregister(self._pipe)
        return ready


def name_of_signal(number: int) -> str:
    """SIGSEGV of 11; only few real-time signals have a name.

    >>> name_of_signal(11), name_of_signal(42)
    ('SIGSEGV', 'signal 42')
    """
    try:
        return signal.Signals(number).name
    except ValueError:
        return f"signal {number}"


def _end(process: subprocess.Popen[bytes], pipe: int, hear: Hear) -> None:
    """Kill a process and its group, and hear what was left to hear."""
    with contextlib.suppress(ProcessLookupError, PermissionError):  # of a group that is gone
        os.killpg(process.pid, signal.SIGKILL)
    with contextlib.suppress(subprocess.TimeoutExpired):
        process.wait(GRACE)
    _heard(pipe, hear)
    os.close(pipe)


def _heard(pipe: int, hear: Hear) -> bool:
    """Pass on what a pipe holds; False where there will be no more."""
    try:
        data = os.read(pipe, AT_ONCE)
    except BlockingIOError:
        return True
    if data:
        hear(data)
    return bool(data)
