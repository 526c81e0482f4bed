"""The retrieval SNR of pairs that are given: of real keys and values, which are not Gaussian."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from refmem.functions.kernels import Kernel, find_kernel
from refmem.studies.capacity.arguments import check_rows, check_tau
from refmem.studies.capacity.entropy import entropy
from refmem.studies.capacity.given import beside, blocks


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
    kernel    of refmem.functions.kernels; softmax counts as exp, for a normaliser changes nothing
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
    for rows, weights in blocks(kernel, queries, keys, tau):
        others = beside(weights, targets[rows])
        with np.errstate(divide="ignore", invalid="ignore"):
            found[0, rows] = ((others @ values) ** 2).sum(1) / lengths[targets[rows]]
            found[1, rows] = (others**2).sum(1)
        unanswered = np.isneginf(weights.log[np.arange(len(others)), targets[rows]])
        found[:2, rows] = np.where(unanswered, np.inf, found[:2, rows])
        found[2, rows] = entropy(weights.over(weights.log.max(1, keepdims=True)))
    found[:2] = np.where(np.isnan(found[:2]), np.inf, found[:2])
    return Measurement(*found)


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
