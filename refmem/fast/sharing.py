"""Sharing work over threads, and making sure that it fits in memory first."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from contextvars import copy_context
from pathlib import Path
from typing import Any

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

    At most Numba's number of threads, as set by NUMBA_NUM_THREADS or `numba.set_num_threads`.
    """
    count = min(numba.get_num_threads(), 1 + operations // WORTH_A_THREAD)
    if count == 1 or turn < WORTH_A_TURN:
        yield 1, one_by_one
        return
    with ThreadPoolExecutor(count) as pool:

        def shared(function: Callable[[Any], Any], tasks: Iterable[Any]) -> None:
            running = [pool.submit(copy_context().run, function, task) for task in tasks]
            for task in running:
                task.result()

        yield count, shared


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
    free = free_bytes()
    if needed > free:
        raise MemoryError(
            f"{rule}: the call needs {needed / 2**30:.1f} GiB, expected at most "
            f"{free / 2**30:.1f} GiB, because that is free now"
        )


def free_bytes() -> float:
    """Bytes the system can give without swapping; infinite where it does not say."""
    report = Path("/proc/meminfo")
    lines = report.read_text().splitlines() if report.exists() else []
    kilobytes = (line.split()[1] for line in lines if line.startswith("MemAvailable:"))
    return next((1024.0 * int(n) for n in kilobytes), math.inf)
