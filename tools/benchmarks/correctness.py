"""When a side of a benchmark counts as right: a rule both sides are held to."""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import cached_property
from typing import Any

import numpy as np

Arrays = dict[str, Any]


class Truth:
    """What is right, and how far from it results may be.

    The truth is the rule's own definition in float64. The same in float32 errs by E, its rounded
    inputs included. Another order of the same sums errs by another constant: errors of n roundings
    add up like a random walk, to about sqrt(n), so that a product over K keys summed one by one may
    err sqrt(K) times as much as one summed by halves; and a gate handed over as a logarithm rounds
    twice. So a result in float32 may err 2 sqrt(K) E, and one in float64 as much less as its
    numbers are finer.
    """

    def __init__(self, run: Callable[[Arrays], np.ndarray], x: Arrays) -> None:
        self.run, self.x = run, x

    @cached_property
    def result(self) -> np.ndarray:
        """The definition in float64."""
        return self.run(self.x)

    @cached_property
    def own_error(self) -> float:
        """The largest error of the definition in float32."""
        return float(abs(self.run(narrow(self.x)) - self.result).max())

    def allowed(self, dtype: np.dtype) -> float:
        """How far a result in these numbers may be from the truth."""
        keys = self.x["k"].shape[-1]
        finer = float(np.finfo(dtype).eps / np.finfo(np.float32).eps)
        return 2 * math.sqrt(keys) * self.own_error * finer

    def complaint(self, got: np.ndarray) -> str:
        """What is wrong with a result; nothing if it is right."""
        error, allowed = float(abs(got - self.result).max()), self.allowed(got.dtype)
        return "" if error <= allowed else f"errs {error:.1e}, more than {allowed:.1e}"


def narrow(x: Arrays) -> Arrays:
    """The same inputs in float32."""
    return {name: np.float32(array) for name, array in x.items()}
