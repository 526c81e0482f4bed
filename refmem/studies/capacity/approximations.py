"""The short forms that the literature states, beside the exact ones, and how far they are off.

They count N pairs of noise instead of N - 1, put s^2 = d for the length of a key, and take a value
for as long as its neighbours.

Source:   Zhong et al. 2025, arXiv:2505.19488; the constants are those of derivations/snr_*.py
"""

from __future__ import annotations

import math
from typing import Any

from refmem.studies.capacity.snr import inverse_snr


def short_inverse_snr(kernel: Any, *, pairs: int, dim: int, tau: float | None = None) -> float:
    """N times the noise of one pair at s^2 = d: N/(N - 1) of the exact form at that length.

    >>> round(short_inverse_snr("linear", pairs=128, dim=64), 9)
    2.0
    """
    one = inverse_snr(kernel, pairs=2, dim=dim, tau=tau)
    return pairs * one


def short_required_dim_linear(pairs: float, snr: float) -> float:
    """d = N SNR: a dimension for every pair, and more for a clear answer. One pair too many."""
    return pairs * snr


def short_required_dim_usual(pairs: float, snr: float) -> float:
    """d = (ln(N SNR)/2 + 1)^2 of the exponential at tau = sqrt(d).

    Proof: derivations/snr/dimension.py

    >>> round(short_required_dim_usual(1e6, 100), 1)
    104.3
    """
    return (math.log(pairs * snr) / 2 + 1) ** 2


def short_required_dim_best(pairs: float, snr: float) -> float:
    """d = 2 ln(N SNR) of the exponential at its best temperature, tau = 2.

    Proof: derivations/snr/temperature.py, derivations/snr/dimension.py

    >>> round(short_required_dim_best(1e6, 100), 1)
    36.8
    """
    return 2 * math.log(pairs * snr)


def short_routed_inverse_snr(experts: int, width: int, dim: int) -> float:
    """k m/(2 d) of ReLU experts of m pairs, k of them active: 1/(2 d) more than the exact form.

    Proof: derivations/snr/mixture_of_experts.py
    """
    return experts * width / (2 * dim)


def gap(short: float, exact: float) -> float:
    """How far a short form is off, as a part of the exact one: 0.01 is one percent too much.

    >>> round(gap(short_inverse_snr("exp", pairs=512, dim=64),
    ...           inverse_snr("exp", pairs=512, dim=64)), 5)                  # 1/(N - 1)
    0.00196
    >>> averaged = inverse_snr("exp", pairs=512, dim=64, keys="averaged")
    >>> round(gap(short_inverse_snr("exp", pairs=512, dim=64), averaged), 2)     # 11 times less
    -0.91
    """
    return short / exact - 1
