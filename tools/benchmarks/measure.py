"""What benchmarks share: typical inputs of a rule, medians of interleaved runs, peak memory."""

from __future__ import annotations

import math
import statistics
import time
import tracemalloc
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from refmem.grammar.kinds import Kind
from refmem.memory.rule import Rule

OTHER_AXIS = 16
"""Length of any other axis: slots, experts, hidden channels, a window."""

REST = 0.05
"""Seconds before a timed call: threads of the call before it, of OpenMP's and ONNX Runtime's kind,
wait for more work by spinning, and would take a core from the next. refmem's own do not spin."""


def inputs(rule: Rule, lead: tuple[int, ...], seed: int = 0, **sizes: int) -> dict[str, Any]:
    """Random inputs as a model would have them: rows of norm about 1, gates between 0.5 and 1.

    Inputs that a rule can do without are left out.
    """
    random = np.random.default_rng(seed)
    sizes |= {name: value for name, value in rule.options.items() if isinstance(value, int)}
    drawn = {}
    for name, axes in rule.inputs.items():
        if name in rule.defaults:
            continue
        shape = [
            math.prod(sizes.get(factor, OTHER_AXIS) for factor in axis.split("*"))
            for axis in axes.split()
        ]
        drawn[name] = _draw(rule.kinds[name], random.standard_normal((*lead, *shape)), len(shape))
    return drawn


def _draw(kind: Kind, x: np.ndarray, axes: int) -> np.ndarray:
    """Standard normal numbers made into what an input of that kind is."""
    if kind.name in ("learning rate", "momentum"):
        return abs(x) / 256
    if (kind.least, kind.most) == (0, 1) or kind.name == "write strength":
        return 1 / (1 + np.exp(-2 * abs(x)))
    if np.isfinite(kind.least):
        return kind.least + 0.5 + abs(x) / 4
    if np.isfinite(kind.most):
        return kind.most - abs(x) / 8
    return x / np.sqrt(x.shape[-1]) if axes > 1 else x / 8


def medians(calls: Sequence[Callable[[], Any]], runs: int, rest: float = REST) -> list[float]:
    """Median seconds of each call over interleaved runs, after one that is not counted."""
    seconds: list[list[float]] = [[] for _ in calls]
    for round_ in range(runs + 1):
        for times, call in zip(seconds, calls, strict=True):
            time.sleep(rest)
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
