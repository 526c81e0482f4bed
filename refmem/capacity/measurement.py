"""The retrieval SNR of pairs that are given: of real keys and values, which are not Gaussian."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import NamedTuple

import numpy as np

from refmem.capacity.arguments import check_rows, check_tau
from refmem.capacity.values import Values
from refmem.capacity.weights import Weights, between
from refmem.kernels import Kernel, find_kernel

BLOCK = 2**22
"""Weights held at once."""


class Measurement(NamedTuple):
    """What `measure` finds; Q queries of N pairs.

    inverse_snr     (Q,)   noise over signal of every read; inf where the signal is zero
    expected        (Q,)   the same averaged over standard normal values: the keys' part of it
    entropy         (Q,)   of the weights' shares, in nats: exp of it is how many memories answer
    """

    inverse_snr: np.ndarray
    expected: np.ndarray
    entropy: np.ndarray

    @property
    def mean(self) -> float:
        """The average 1/SNR, which a few bad reads can dominate."""
        return float(self.inverse_snr.mean())

    @property
    def median(self) -> float:
        """The 1/SNR that half of the reads are better than."""
        return float(np.median(self.inverse_snr))


def measure(
    keys: np.ndarray,
    values: np.ndarray,
    *,
    kernel: Kernel | str = "exp",
    tau: float | None = None,
    queries: np.ndarray | None = None,
    targets: np.ndarray | None = None,
) -> Measurement:
    """1/SNR of every read of a memory of N given pairs.

        read of q_i = kappa(k_t, q_i) v_t + r        1/SNR = |r|^2/(kappa(k_t, q_i)^2 |v_t|^2)

    keys      (N, d)
    values    (N, d_v)
    kernel    of refmem.kernels; softmax counts as exp, for a normaliser changes nothing
    tau       temperature: scores are divided by it; sqrt(d) unless given
    queries   (Q, d); the keys themselves unless given
    targets   (Q,) which pair t each query is for; with no queries, its own

    Time Q N (d + d_v), in blocks, so memory is bounded.

    >>> pairs = np.eye(3)
    >>> measure(pairs, pairs, kernel="linear").inverse_snr
    array([0., 0., 0.])
    >>> measure(pairs[:2], pairs[:2], tau=1.).inverse_snr * np.e**2
    array([1., 1.])
    """
    kernel = find_kernel(kernel)
    keys, values = check_rows("keys", keys, "keys"), check_rows("values", values, "values")
    if len(values) != len(keys):
        raise ValueError(
            f"capacity: values has {len(values)} rows, expected {len(keys)} as in keys, because "
            "they are stored in pairs"
        )
    tau = check_tau(tau, keys.shape[1])
    queries, targets = _reads(keys, queries, targets)
    lengths = (values * values).sum(1)
    found = np.zeros((3, len(queries)))
    for rows, weights in _blocks(kernel, queries, keys, tau):
        others = _beside(weights, targets[rows])
        with np.errstate(divide="ignore", invalid="ignore"):
            found[0, rows] = ((others @ values) ** 2).sum(1) / lengths[targets[rows]]
            found[1, rows] = (others**2).sum(1)
        found[2, rows] = entropy(weights.over(weights.log.max(1, keepdims=True)))
    found[:2] = np.where(np.isnan(found[:2]), np.inf, found[:2])
    return Measurement(*found)


def _blocks(
    kernel: Kernel, queries: np.ndarray, keys: np.ndarray, tau: float
) -> Iterator[tuple[slice, Weights]]:
    """Blocks of queries, and their weights of all keys."""
    size = max(BLOCK // len(keys), 1)
    for start in range(0, len(queries), size):
        rows = slice(start, min(start + size, len(queries)))
        yield rows, between(kernel, queries[rows], keys, tau)


def _beside(weights: Weights, targets: np.ndarray) -> np.ndarray:
    """How loud other keys are beside each row's target, which is itself 0."""
    own = targets[:, None]
    with np.errstate(over="ignore", invalid="ignore"):
        relative = weights.over(np.take_along_axis(weights.log, own, axis=1))
    np.put_along_axis(relative, own, 0.0, axis=1)
    return relative


def log_inverse_snr_of_keys(kernel: Kernel, keys: np.ndarray, tau: float, values: Values) -> float:
    """log 1/SNR averaged over values, and over which of the given keys (N, d) is read.

    E |r|^2 = E |v|^2 sum_j w_j^2 + |E v|^2 ((sum_j w_j)^2 - sum_j w_j^2), w the relative weights:
    derivations/snr_value_mean.py, before its average over keys.
    """
    total = 0.0
    for rows, weights in _blocks(kernel, keys, keys, tau):
        others = _beside(weights, np.arange(len(keys))[rows])
        squares, coherent = (others**2).sum(), (others.sum(1) ** 2).sum()
        total += values.power * squares + values.mean_power * (coherent - squares)
    ratio = total * values.inverse_length / len(keys)
    return math.log(ratio) if ratio > 0 else -math.inf


def entropy(weights: np.ndarray) -> np.ndarray:
    """Entropy in nats of the shares |w|/sum |w| over the last axis.

    0 where one memory answers alone (monosemantic), log N where all answer alike (polysemantic);
    a row of zeros has none: 0. exp of it is an effective number of memories.

    >>> entropy(np.array([[1., 0., 0.], [1., 1., 0.], [-2., 2., 4.]])).round(4)
    array([0.    , 0.6931, 1.0397])
    """
    sizes = abs(np.asarray(weights, dtype=float))
    total = sizes.sum(-1, keepdims=True)
    shares = np.divide(sizes, total, out=np.zeros_like(sizes), where=total > 0)
    return (shares * -np.log(np.where(shares > 0, shares, 1.0))).sum(-1) + 0.0


def effective_dim(keys: np.ndarray) -> float:
    """How many dimensions keys (N, d) fill: (trace M)^2/trace M^2, M their second moment.

    A linear memory of Gaussian keys with that second moment has 1/SNR = 1/effective_dim a pair:
    derivations/snr_key_covariance.py. It is d for a multiple of the identity, 1 for one direction.

    >>> effective_dim(np.array([[1., 0.], [0., 1.]])), effective_dim(np.array([[1., 0.], [2., 0.]]))
    (2.0, 1.0)
    """
    keys = check_rows("keys", keys, "keys")
    moment = keys.T @ keys
    return float(np.trace(moment) ** 2 / (moment * moment).sum())


def _reads(
    keys: np.ndarray, queries: np.ndarray | None, targets: np.ndarray | None
) -> tuple[np.ndarray, np.ndarray]:
    """Queries, and which pair each is for."""
    if queries is None and targets is None:
        return keys, np.arange(len(keys))
    if targets is None:
        raise TypeError(
            "capacity: targets has no value, expected (Q,) whole numbers, because a query alone "
            "does not say which pair it is for"
        )
    asked = keys if queries is None else check_rows("queries", queries, "queries")
    wanted = np.asarray(targets)
    if asked.shape[1] != keys.shape[1]:
        raise ValueError(
            f"capacity: queries has shape {asked.shape}, expected (Q, {keys.shape[1]}), because "
            "queries are compared with keys"
        )
    if wanted.shape != asked.shape[:1] or wanted.dtype.kind not in "iu":
        raise ValueError(
            f"capacity: targets has shape {wanted.shape} of {wanted.dtype}, expected "
            f"({len(asked)},) whole numbers, because every query is for one pair"
        )
    if wanted.size and not 0 <= wanted.min() <= wanted.max() < len(keys):
        raise ValueError(
            f"capacity: targets has values {wanted.min()} to {wanted.max()}, expected 0 to "
            f"{len(keys) - 1}, because they number the pairs"
        )
    return asked, wanted
