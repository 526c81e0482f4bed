"""Sharing work over threads, and making sure that it fits in memory first."""

from __future__ import annotations

import ctypes
import functools
import math
import os
import sys
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor, wait
from contextlib import contextmanager, suppress
from contextvars import copy_context
from pathlib import Path
from threading import Barrier, get_native_id
from typing import Any, NamedTuple

import numba
import numpy as np

WORTH_A_THREAD = 2**21
"""Operations below which starting a thread costs more than it saves."""

WORTH_A_TURN = 2**20
"""Operations at a time below which threads cost more than they save: between kernels they take
turns with Python's lock, and to wake for a turn takes as long as a short kernel."""

Map = Callable[[Callable[[Any], Any], Iterable[Any]], None]


def one_by_one(function: Callable[[Any], Any], tasks: Iterable[Any]) -> None:
    """The `map` of one thread: this one."""
    for task in tasks:
        function(task)


@contextmanager
def threads(operations: int, turn: float = math.inf) -> Iterator[tuple[int, Map]]:
    """How many threads there are for so much work, so much of it at a time; and a `map` over them
    that returns nothing.

    At most Numba's number of threads, as set by NUMBA_NUM_THREADS or `numba.set_num_threads`; this
    thread is one of them.
    """
    count = min(numba.get_num_threads(), 1 + operations // WORTH_A_THREAD)
    if count == 1 or turn < WORTH_A_TURN:
        yield 1, one_by_one
        return
    helpers = _helpers(count - 1)

    def shared(function: Callable[[Any], Any], tasks: Iterable[Any]) -> None:
        left = deque(tasks)

        def work() -> None:
            while left:
                try:
                    task = left.popleft()
                except IndexError:
                    return
                function(task)

        _send_elsewhere(helpers.native_ids)
        sent = [helpers.pool.submit(copy_context().run, work) for _ in range(count - 1)]
        if _system():
            os.sched_yield()  # they wake sooner than once this processor is busy
        try:
            work()
        finally:
            left.clear()
            at_work = [helper for helper in sent if not helper.cancel()]
            wait(at_work)
        for helper in at_work:
            helper.result()

    yield count, shared


class Helpers(NamedTuple):
    """Threads that wait for work, and what the system calls each."""

    pool: ThreadPoolExecutor
    native_ids: list[int]


@functools.cache
def _helpers(count: int) -> Helpers:
    """So many threads, kept from the first call that needs them: to start one takes as long as a
    short call."""
    native_ids: list[int] = []
    pool = ThreadPoolExecutor(count, "refmem", lambda: native_ids.append(get_native_id()))
    all_here = Barrier(count)
    wait([pool.submit(all_here.wait) for _ in range(count)])
    return Helpers(pool, native_ids)


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_helpers.cache_clear)  # threads stay with the parent


def _send_elsewhere(native_ids: list[int]) -> None:
    """Keep other threads off the processor that this one runs on, where the system can.

    A system that packs threads may wake one where this one is busy, and it takes some milliseconds
    to move, which is longer than a call.
    """
    if sys.platform == "linux" and (system := _system()):
        allowed = os.sched_getaffinity(0) - {system.sched_getcpu()}
        for native_id in native_ids if allowed else ():
            with suppress(OSError):
                os.sched_setaffinity(native_id, allowed)


@functools.cache
def _system() -> Any:
    """The C library of a Linux that says which processor a thread runs on; else None."""
    with suppress(OSError, TypeError):
        library = ctypes.CDLL(None)
        if sys.platform == "linux" and hasattr(library, "sched_getcpu"):
            return library
    return None


def groups(lead: tuple[int, ...], size: int) -> Iterator[tuple[Any, ...]]:
    """Indices that take leading axes apart: at most `size` heads of the last axis each.

    >>> list(groups((2, 3), 2))[:2]
    [(0, slice(0, 2, None)), (0, slice(2, 4, None))]
    """
    for first in np.ndindex(lead[:-1]):
        for start in range(0, lead[-1], size):
            yield (*first, slice(start, start + size))


def require_memory(rule: str, like: np.ndarray, *shapes: tuple[int, ...]) -> None:
    """Raise MemoryError unless arrays of these shapes fit in what the system has free."""
    needed = sum(math.prod(shape) for shape in shapes) * like.dtype.itemsize
    free = free_bytes(needed)
    if needed > free:
        raise MemoryError(
            f"{rule}: the call needs {needed / 2**30:.1f} GiB, expected at most "
            f"{free / 2**30:.1f} GiB, because that is free now"
        )


def free_bytes(enough: float = math.inf) -> float:
    """Bytes the system can give without swapping, or fewer if those are `enough`; infinite where it
    does not say."""
    if "SC_AVPHYS_PAGES" in getattr(os, "sysconf_names", {}):
        unused = float(os.sysconf("SC_AVPHYS_PAGES") * os.sysconf("SC_PAGE_SIZE"))
        if unused >= enough:
            return unused
    report = Path("/proc/meminfo")
    lines = report.read_text().splitlines() if report.exists() else []
    kilobytes = (line.split()[1] for line in lines if line.startswith("MemAvailable:"))
    return next((1024.0 * int(n) for n in kilobytes), math.inf)
