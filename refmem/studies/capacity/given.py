"""SNR for a concrete array of keys: their weights in blocks, then the closed form over values."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from refmem.functions.kernels import Kernel
from refmem.studies.capacity.moments import log_of
from refmem.studies.capacity.values import Values
from refmem.studies.capacity.weights import Weights, between

BLOCK = 2**22
"""Weights held at once."""


def blocks(
    kernel: Kernel, queries: np.ndarray, keys: np.ndarray, tau: float
) -> Iterator[tuple[slice, Weights]]:
    """Blocks of queries, and their weights of all keys."""
    size = max(BLOCK // len(keys), 1)
    for start in range(0, len(queries), size):
        rows = slice(start, min(start + size, len(queries)))
        yield rows, between(kernel, queries[rows], keys, tau)


def beside(weights: Weights, targets: np.ndarray) -> np.ndarray:
    """How loud other keys are beside each row's target, which is itself 0."""
    own = targets[:, None]
    relative = weights.over(np.take_along_axis(weights.log, own, axis=1))
    np.put_along_axis(relative, own, 0.0, axis=1)
    return relative


def log_inverse_snr_of_keys(kernel: Kernel, keys: np.ndarray, tau: float, values: Values) -> float:
    """log 1/SNR averaged over values, and over which of the given keys (N, d) is read.

    E |r|^2 = E |v|^2 sum_j w_j^2 + |E v|^2 ((sum_j w_j)^2 - sum_j w_j^2), w the relative weights:
    derivations/snr/value_mean.py, before its average over keys.
    """
    total = 0.0
    for rows, weights in blocks(kernel, keys, keys, tau):
        others = beside(weights, np.arange(len(keys))[rows])
        squares, coherent = (others**2).sum(), (others.sum(1) ** 2).sum()
        total += values.power * squares + values.mean_power * (coherent - squares)
    return log_of(total * values.inverse_length / len(keys))
