"""Moments over keys of random signs: a score of d of them is one of d + 1 numbers, summed exactly.

A query agrees with its key but for some flipped signs, so rho = 1 - 2 flips/d; it is made of signs
itself, and other keys score as against any other (derivations/snr/rademacher.py).
"""

from __future__ import annotations

import math

import numpy as np

from refmem.functions.kernels import Kernel
from refmem.studies.capacity.moments import Moments, of_nodes


def rademacher_moments(kernel: Kernel, dim: int, tau: float, rho: float) -> Moments:
    """The moments of any kernel.

    >>> from refmem.functions.kernels import linear
    >>> square, mean, signal = rademacher_moments(linear, 9, 1., 1.)
    >>> round(math.exp(signal - square))          # 1/SNR of a pair is 1/d
    9
    """
    flips = (1 - rho) * dim / 2
    if abs(flips - round(flips)) > 1e-9 * dim:
        raise ValueError(
            f"capacity: cosine has value {rho}, expected 1 - 2 m/{dim} for a whole number m, "
            "because m signs of the query are flipped"
        )
    sums, shares = 2.0 * np.arange(dim + 1) - dim, log_shares(dim)
    if kernel.lengths is None:
        return of_nodes(kernel, sums / tau, shares, rho * dim / tau)
    of_cosine = of_nodes(kernel, sums / dim, shares, rho)
    return Moments(*(log + 2 * kernel.lengths * math.log(dim / tau) for log in of_cosine))


def log_shares(signs: int) -> np.ndarray:
    """log of the chance that 0, 1, ... of so many random signs are positive.

    >>> np.exp(log_shares(2)).round(12)
    array([0.25, 0.5 , 0.25])
    """
    from scipy.special import gammaln

    up = np.arange(signs + 1)
    chosen = gammaln(signs + 1) - gammaln(up + 1) - gammaln(signs - up + 1)
    return chosen - signs * math.log(2)
