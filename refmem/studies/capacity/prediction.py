"""What a measured SNR is compared with: the same keys, were they Gaussian."""

from __future__ import annotations

import numpy as np

from refmem.functions.kernels import Kernel, find_kernel
from refmem.studies.capacity.arguments import check_rows, check_tau
from refmem.studies.capacity.gaussian import gaussian_moments
from refmem.studies.capacity.moments import exp_of
from refmem.studies.capacity.simulation import warn_if_too_cold
from refmem.studies.capacity.snr import log_ratio
from refmem.studies.capacity.values import STANDARD


def gaussian_prediction(
    keys: np.ndarray,
    *,
    kernel: Kernel | str = "exp",
    tau: float | None = None,
    isotropic: bool = False,
) -> np.ndarray:
    """1/SNR of every read if the other keys were Gaussian with their own second moment, (N,).

    keys        (N, d)
    isotropic   with the same mean square in every direction instead

    Reading with key k, other keys score normal numbers of variance k' M k, M their second moment,
    and the stored one scores |k|^2. Beside `Measurement.expected`, which knows the keys themselves,
    it says what being Gaussian would change; for the linear kernel nothing does.

    Warns if half of the reads are colder than `least_tau` for the variance of their scores: N
    Gaussian keys would not show the predicted mean either (derivations/snr/heavy_tail.py).

    >>> gaussian_prediction(np.array([[1., 0.], [1., 1.], [0., 2.]]), kernel="linear").round(4)
    array([1.  , 1.25, 0.25])
    """
    kernel, keys = find_kernel(kernel), check_rows("keys", keys, "keys")
    if kernel.lengths is not None:
        raise ValueError(
            f"capacity: kernel has value {kernel}, expected one of the score alone, because the "
            "lengths of other keys are not independent of their angles"
        )
    pairs, dim = keys.shape
    tau = check_tau(tau, dim)
    lengths, total = (keys * keys).sum(1), keys.T @ keys
    variances = ((keys @ total) * keys).sum(1) - lengths**2
    if isotropic:
        variances = lengths * (lengths.sum() - lengths) / dim
    warn_if_too_cold(kernel, pairs, float(np.median(variances)) / max(pairs - 1, 1), tau)
    predicted = np.zeros(pairs)
    for i in range(pairs if pairs > 1 else 0):
        variance = float(variances[i]) / (pairs - 1)
        if variance > 0:
            stored = float(lengths[i]) / variance
            of_one = gaussian_moments(kernel, variance, dim, tau, stored)
            predicted[i] = exp_of(log_ratio(of_one, pairs, STANDARD))
    return predicted


def effective_dim(keys: np.ndarray, *, centred: bool = False) -> float:
    """How many dimensions keys (N, d) fill: (trace M)^2/trace M^2, M their second moment.

    centred   around their mean, that is M their covariance; 0 for keys that are all the same

    A linear memory of Gaussian keys with that second moment has 1/SNR = 1/effective_dim a pair:
    derivations/snr/key_covariance.py. It is d for a multiple of the identity, 1 for one direction.

    >>> effective_dim(np.array([[1., 0.], [0., 1.]])), effective_dim(np.array([[1., 0.], [2., 0.]]))
    (2.0, 1.0)
    >>> effective_dim(np.array([[1., 9.], [2., 9.]]), centred=True)
    1.0
    """
    keys = check_rows("keys", keys, "keys")
    if centred:
        keys = keys - keys.mean(0)
    moment = keys.T @ keys
    square = (moment * moment).sum()
    return float(np.trace(moment) ** 2 / square) if square else 0.0
