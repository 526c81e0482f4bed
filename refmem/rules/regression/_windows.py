"""A window of the last C tokens, each of which counts in what a memory learns.

Keys (..., C, K) and values (..., C, V), the oldest first. An empty window has keys of zero, from
which nothing is learned.
"""

from __future__ import annotations

import numpy as np

from refmem.algebra import transposed, zeros
from refmem.grammar.inputs import Inputs


def moved_on(window: np.ndarray, x: np.ndarray) -> np.ndarray:
    """The window without its oldest row, and with a new one.

    >>> moved_on(np.array([[1.], [2.]]), np.array([3.]))
    array([[2.],
           [3.]])
    """
    return np.concatenate([window[..., 1:, :], x[..., None, :]], axis=-2)


def objective(S: np.ndarray, keys: np.ndarray, values: np.ndarray, gamma: np.ndarray) -> np.ndarray:
    """The sum over the window of gamma |v - recall(S, k)|^2."""
    error = values - keys @ S
    return (gamma[..., None] * error * error).sum((-2, -1))


def gradient(S: np.ndarray, keys: np.ndarray, values: np.ndarray, gamma: np.ndarray) -> np.ndarray:
    """The slope of the objective in S."""
    return transposed(keys) @ (2 * gamma[..., None] * (keys @ S - values))


def empty_window(x: Inputs) -> tuple[np.ndarray, np.ndarray]:
    """Keys and values of zero."""
    window = (*x.lead, x.C)
    return zeros((*window, x.K), x.like), zeros((*window, x.V), x.like)
