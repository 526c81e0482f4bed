"""One thread for every matrix product: heads have threads of their own.

OpenBLAS gives every product all cores. Two products at once then wait for each other's threads,
which takes longer than one after the other, and how a product is cut may change its bits. This is
for the OpenBLAS that NumPy and SciPy ship; any other library keeps its threads.
"""

from __future__ import annotations

import ctypes
import functools
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import scipy

SUFFIXES = ("64_", "")
"""Ends of OpenBLAS's names: with 64-bit integers, as in NumPy, or without, as in SciPy."""


@contextmanager
def one_thread() -> Iterator[None]:
    """Products take one thread inside."""
    before = [(put, get()) for get, put in _thread_counts()]
    for put, _ in before:
        put(1)
    try:
        yield
    finally:
        for put, count in before:
            put(count)


@functools.cache
def _thread_counts() -> list[tuple[Callable[[], int], Callable[[int], None]]]:
    """How to ask for and set the number of threads, of each OpenBLAS beside NumPy and SciPy."""
    found = []
    for package in (np, scipy):
        beside = Path(package.__path__[0]).parent / f"{package.__name__}.libs"
        for file in beside.glob("*openblas*"):
            library = ctypes.CDLL(str(file))
            for end in SUFFIXES:
                names = [f"scipy_openblas_{verb}_num_threads{end}" for verb in ("get", "set")]
                if all(hasattr(library, name) for name in names):
                    get, put = (getattr(library, name) for name in names)
                    found.append((get, put))
    return found
