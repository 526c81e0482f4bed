"""One thread for arithmetic that is too small for several, or has threads of its own.

OpenBLAS gives every product all cores, and torch every operation that is large enough. Two at once
then wait for each other's threads, which takes longer than one after the other; on a machine that
others use, an operation of a microsecond waits for seconds until all of its threads have had their
turn. And how a product is cut may change its bits. This is for torch, and for the OpenBLAS that
NumPy and SciPy ship; any other library keeps its threads.
"""

from __future__ import annotations

import ctypes
import functools
import importlib.util
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

PACKAGES = ("numpy", "scipy")
"""Whose OpenBLAS is known, in a folder beside the package."""

SUFFIXES = ("64_", "")
"""Ends of OpenBLAS's names: with 64-bit integers, as in NumPy, or without, as in SciPy."""

Count = tuple[Callable[[], int], Callable[[int], None]]
"""How to ask for a number of threads, and how to set it."""


_lock = threading.Lock()
_before: dict[str, tuple[Callable[[int], None], int]] = {}
_inside = 0


@contextmanager
def one_thread() -> Iterator[None]:
    """Arithmetic takes one thread inside; the last of the callers to leave puts back what was."""
    _enter()
    try:
        yield
    finally:
        _leave()


def _enter() -> None:
    global _inside
    with _lock:
        _inside += 1
        for name, (get, put) in (_of_openblas() | _of_torch()).items():
            if name not in _before:
                _before[name] = put, get()
                put(1)


def _leave() -> None:
    global _inside
    with _lock:
        _inside -= 1
        while _before and not _inside:
            _, (put, count) = _before.popitem()
            put(count)


@functools.cache
def _of_openblas() -> dict[str, Count]:
    """That of each OpenBLAS beside NumPy and SciPy, by its file."""
    found: dict[str, Count] = {}
    for package in PACKAGES:
        where = importlib.util.find_spec(package)
        if where is None or where.origin is None:
            continue
        for file in (Path(where.origin).parents[1] / f"{package}.libs").glob("*openblas*"):
            library = ctypes.CDLL(str(file))
            for end in SUFFIXES:
                names = [f"scipy_openblas_{verb}_num_threads{end}" for verb in ("get", "set")]
                if all(hasattr(library, name) for name in names):
                    found[file.name] = getattr(library, names[0]), getattr(library, names[1])
    return found


def _of_torch() -> dict[str, Count]:
    """That of torch, if somebody has imported it."""
    torch = sys.modules.get("torch")
    if torch is None or not hasattr(torch, "set_num_threads"):  # which an import is still making
        return {}
    return {"torch": (torch.get_num_threads, torch.set_num_threads)}
