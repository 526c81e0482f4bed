"""What benchmarks share: typical inputs of a rule, medians of interleaved runs, peak memory."""

from __future__ import annotations

import statistics
import time
import tracemalloc
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from refmem.rule import Rule

FACTORS = ("alpha", "beta", "erase", "write", "gamma")
ROWS = ("q", "k", "w", "p", "a", "b")


def inputs(rule: Rule, lead: tuple[int, ...], seed: int = 0, **sizes: int) -> dict[str, Any]:
    """Random inputs as a model would have them: rows of norm about 1, gates between 0.5 and 1.

    Inputs that a rule can do without are left out.
    """
    random = np.random.default_rng(seed)
    drawn = {}
    for name, axes in rule.inputs.items():
        if name in rule.defaults:
            continue
        shape = (*lead, *(sizes.get(axis, 1) for axis in axes.split()))
        x = random.standard_normal(shape)
        if name in FACTORS:
            x = 1 / (1 + np.exp(-2 * abs(x)))
        elif name.startswith("log_"):
            x = -abs(x) / 8
        elif name in ROWS:
            x = x / np.sqrt(shape[-1])
        drawn[name] = x
    return drawn


def medians(calls: Sequence[Callable[[], Any]], runs: int) -> list[float]:
    """Median seconds of each call over interleaved runs, after one that is not counted."""
    seconds: list[list[float]] = [[] for _ in calls]
    for round_ in range(runs + 1):
        for times, call in zip(seconds, calls, strict=True):
            start = time.perf_counter()
            call()
            if round_:
                times.append(time.perf_counter() - start)
    return [statistics.median(times) for times in seconds]


def peak_bytes(call: Callable[[], Any]) -> int:
    """Most bytes allocated at once during a call, the result included."""
    tracemalloc.start()
    try:
        before = tracemalloc.get_traced_memory()[0]
        result = call()
        peak = tracemalloc.get_traced_memory()[1] - before
        del result
    finally:
        tracemalloc.stop()
    return peak
