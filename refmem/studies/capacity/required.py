"""The design questions: how many pairs, how wide a key, how warm a softmax.

All search a function that rises or falls throughout, so they take any kernel and any setting that
`log_inverse_snr` has, whether its formula can be solved or not. An SNR that falls short by 1e-12 of
itself counts as reached: logarithms are rounded.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np

from refmem.functions.kernels import Kernel, find_kernel
from refmem.studies.capacity.arguments import check_count, check_number
from refmem.studies.capacity.setting import setting
from refmem.studies.capacity.snr import log_inverse_snr, log_ratio, moments_of
from refmem.studies.capacity.typical import best_typical_tau
from refmem.studies.capacity.values import STANDARD, Values
from refmem.studies.capacity.weights import family_of


def max_pairs(
    kernel: Kernel | str,
    *,
    dim: int,
    snr: float,
    tau: float | None = None,
    keys: str = "gaussian",
    norm2: float | None = None,
    cosine: float = 1.0,
    sigma: float = 0.0,
    values: Values = STANDARD,
) -> int:
    """The most pairs that keep SNR at `snr` or above; the arguments of `log_inverse_snr`.

    >>> max_pairs("exp", dim=64, snr=100) // 100, max_pairs("linear", dim=128, snr=100)
    (120, 2)
    """
    allowed = _allowed(snr)
    chosen = setting(kernel, 1, dim, tau, keys, norm2, cosine, sigma, values)
    of_one = moments_of(chosen)
    if of_one.square == -math.inf:
        raise ValueError(
            f"capacity: kernel has value {chosen.kernel}, expected one that hears other pairs, "
            "because there is no limit otherwise"
        )
    if log_ratio(of_one, MOST, values) <= allowed:
        raise ValueError(
            f"capacity: snr has value {snr}, expected more, because more than 2^4096 pairs keep it"
        )
    return least_count(lambda pairs: log_ratio(of_one, pairs, values) > allowed, math.inf) - 1


MOST = 2**4096
"""The most pairs that are counted."""


def required_dim(
    kernel: Kernel | str, *, pairs: int, snr: float, tau: float | None = None, **given: Any
) -> int:
    """The narrowest key that holds N pairs at `snr` or above; SNR has to grow with the width.

    given   keys, norm2, cosine, sigma and values, as for `log_inverse_snr`

    >>> required_dim("exp", pairs=10**6, snr=100), required_dim("exp", pairs=10**6, snr=100, tau=2)
    (105, 37)
    """
    pairs = check_count("pairs", pairs, "stored pairs")
    allowed = _allowed(snr)

    def enough(dim: int) -> bool:
        return log_inverse_snr(kernel, pairs=pairs, dim=dim, tau=tau, **given) <= allowed

    widest = 2**20 if given.get("keys") == "rademacher" else 2**50
    dim = least_count(enough, widest, _narrowest(kernel, **given))
    if dim > widest:
        raise ValueError(
            f"capacity: kernel has value {find_kernel(kernel)}, expected one whose SNR grows with "
            f"the width, because no width up to {widest} holds {pairs} pairs at an SNR of {snr:g}"
        )
    return dim


def best_tau(
    kernel: Kernel | str,
    *,
    dim: int,
    pairs: int = 2,
    cosine: float = 1.0,
    quantile: float | None = None,
    **given: Any,
) -> float:
    """The temperature of the highest SNR: 2/cosine for the exponential over Gaussian keys.

    quantile   the share of memories that are to be at least so clear, in place of the mean: a
               typical memory wants the exponential colder than the mean does, and as cold as can be
               where that share of memories has no other key as near as its own
    given   keys, norm2, sigma and values, as for `log_inverse_snr`. `pairs` matters only if values
            share a mean

    Elsewhere it is searched for to about 1e-8. ValueError where there is none: a power cancels the
    temperature, and keys of equal length want it ever colder.
    Proof: derivations/snr/temperature.py, derivations/snr/noisy_query.py, snr/typical.py

    >>> best_tau("exp", dim=64), round(best_tau("solu", dim=64), 4)
    (2.0, 2.0656)
    >>> round(best_tau("exp", dim=9, pairs=10**4, quantile=0.5), 2)
    1.76
    """
    if quantile is not None:
        stored = {"pairs": pairs, "dim": dim, "cosine": cosine} | given
        return best_typical_tau(kernel, quantile=quantile, **stored)
    kernel = find_kernel(kernel)
    family = family_of(kernel).name
    if family in ("polynomial", "relu") or kernel.lengths is not None:
        raise ValueError(
            f"capacity: kernel has value {kernel}, expected one that depends on tau, because a "
            "temperature multiplies its noise and its signal alike"
        )
    plain = given.get("keys", "gaussian") in ("gaussian", "averaged") and not given.get("sigma")
    mean = given.get("values", STANDARD).mean_power
    if family == "exp" and plain and not mean and cosine > 0:
        log_inverse_snr(kernel, pairs=pairs, dim=dim, tau=2 / cosine, cosine=cosine, **given)
        return 2 / cosine

    def noise(log_tau: float) -> float:
        tau = math.exp(log_tau)
        return log_inverse_snr(kernel, pairs=pairs, dim=dim, tau=tau, cosine=cosine, **given)

    return math.exp(_least(noise, dim, given.get("sigma", 0.0)))


def _least(noise: Callable[[float], float], dim: int, sigma: float) -> float:
    """Where the noise is least: the best of a grid, then Brent's method between its neighbours."""
    from scipy.optimize import minimize_scalar

    coldest = max(0.1, 2.001 * sigma)
    grid = np.linspace(math.log(coldest), math.log(coldest + 100 * math.sqrt(dim)), 64)
    best = int(np.argmin([noise(log_tau) for log_tau in grid]))
    if best in (0, len(grid) - 1):
        raise ValueError(
            f"capacity: tau has no best value, expected one between {coldest:g} and "
            f"{math.exp(grid[-1]):.4g}, because SNR grows throughout as it gets "
            f"{'colder' if best == 0 else 'warmer'}"
        )
    bounds = grid[best - 1], grid[best + 1]
    return float(minimize_scalar(noise, bounds=bounds, method="bounded", options={"xatol": 1e-9}).x)


def _allowed(snr: float) -> float:
    """The logarithm of the most noise over signal."""
    return 1e-12 - math.log(check_number("snr", snr, "it is a ratio of powers", above=0))


def _narrowest(
    kernel: Kernel | str, keys: str = "gaussian", cosine: float = 1.0, **others: Any
) -> int:
    """The least width that the setting has a finite answer for."""
    name, degree = family_of(kernel)
    if keys == "averaged" and name != "exp":
        return 1 + 2 * max(degree, 1)
    return 1 if abs(cosine) == 1 else 2


def least_count(holds: Callable[[int], bool], last: float, start: int = 1) -> int:
    """The least n >= start for which it holds, if it holds from there on; above `last` if none."""
    high = start
    while not holds(high):
        if high > last:
            return high
        high *= 2
    low = max(high // 2, start - 1)
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if holds(middle) else (middle, high)
    return high


def most_count(holds: Callable[[int], bool], digits: int) -> int:
    """The most n for which it holds, if it holds up to there; to so many digits.

    It is looked for on the scale of log log n, log n and n, so that any size is near.

    >>> most_count(lambda n: n <= 12345, 9), most_count(lambda n: n**2 <= 10**60, 3) // 10**27
    (12345, 999)
    """
    if not holds(1):
        return 0
    bits = least_count(lambda some: not holds(2**some), math.inf)
    low, high = 2 ** (bits - 1), 2**bits
    while high - low > max(1, low // 10**digits):
        middle = (low + high) // 2
        low, high = (middle, high) if holds(middle) else (low, middle)
    return low
