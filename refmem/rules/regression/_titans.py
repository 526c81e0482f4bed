"""Titans with a linear memory: what it learns by, and what it keeps of a batch."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from refmem.algebra import bind, norm2, recall


class Learner(NamedTuple):
    """The memory, its momentum, the memory where the batch began; the next token's place."""

    memory: np.ndarray
    momentum: np.ndarray
    start: np.ndarray
    place: np.ndarray


def objective(S: np.ndarray, k: np.ndarray, v: np.ndarray) -> np.ndarray:
    """|v - recall(S, k)|^2, without a factor of 1/2."""
    return norm2(v - recall(S, k))


def gradient(S: np.ndarray, k: np.ndarray, v: np.ndarray) -> np.ndarray:
    """The slope of the objective in S."""
    return bind(k, 2 * (recall(S, k) - v))
