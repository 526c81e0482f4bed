"""Moments over keys of random signs: a score of d of them is one of d + 1 numbers, summed exactly.

A query agrees with its key but for some flipped signs, so rho = 1 - 2 flips/d; it is made of signs
itself, and other keys score as against any other (derivations/snr_rademacher.py).
"""

from __future__ import annotations

import math

import numpy as np

from refmem.capacity.moments import Moments, of_nodes
from refmem.kernels import Kernel


def rademacher_moments(kernel: Kernel, dim: int, tau: float, rho: float) -> Moments:
    """The moments of any kernel.

    >>> square, mean, signal = rademacher_moments(find_kernel("linear"), 9, 1., 1.)
    >>> round(math.exp(signal - square))          # 1/SNR of a pair is 1/d
    9
    """
    from scipy.special import gammaln

    flips = (1 - rho) * dim / 2
    if abs(flips - round(flips)) > 1e-9 * dim:
        raise ValueError(
            f"capacity: cosine has value {rho}, expected 1 - 2 m/{dim} for a whole number m, "
            "because m signs of the query are flipped"
        )
    up = np.arange(dim + 1)
    log_shares = gammaln(dim + 1) - gammaln(up + 1) - gammaln(dim - up + 1) - dim * math.log(2)
    scores = (2.0 * up - dim) / tau
    if kernel.lengths is None:
        return of_nodes(kernel, scores, log_shares, rho * dim / tau)
    of_cosine = of_nodes(kernel, scores * tau / dim, log_shares, rho)
    return Moments(*(log + 2 * kernel.lengths * math.log(dim / tau) for log in of_cosine))
