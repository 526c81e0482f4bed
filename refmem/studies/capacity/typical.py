"""The noise that most memories have: quantiles of 1/SNR over the other keys, beside its mean.

    noise = sum over j != i of x_j           x_j = kappa(k_j, q)^2/kappa(k_i, q)^2 E |v|^2/|v_i|^2
    E exp(-u noise) = (E exp(-u x))^(N - 1)         the keys are independent
    P(noise <= x)   its inverse Laplace transform of order 0, by Euler's summation

Noise is averaged over values, not over keys. Of an exponential kernel that is cold, its mean is
made by memories so rare that none is met (`least_tau`): here is what the others have.

Source:   Abate and Whitt 2006, A unified framework for numerically inverting Laplace transforms,
          section 5, for the inversion
Proof:    derivations/snr/typical.py
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np

from refmem.functions.kernels import Kernel
from refmem.studies.capacity import gaussian, sphere
from refmem.studies.capacity.arguments import LARGEST, WHOLE, check_number, check_size
from refmem.studies.capacity.moments import exp_of, log_of
from refmem.studies.capacity.setting import Setting, refuse, setting
from refmem.studies.capacity.values import STANDARD
from refmem.studies.capacity.weights import family_of, of_scores

TERMS = 12
"""Of Euler's summation: about 0.6 digits each, less what their sum cancels. This leaves 1e-6."""


def typical_inverse_snr(kernel: Kernel | str, *, quantile: float = 0.5, **given: Any) -> float:
    """The 1/SNR that this share of all memories stays below: the median unless given.

    kernel     without a jump and of the score: the exponential, powers, ReLU, SoLU, ...
    quantile   the share, between 0 and 1
    given      pairs, dim, tau, keys ("gaussian" or "sphere"), norm2, cosine and values, as for
               `log_inverse_snr`

    Right to about 1e-5 of itself where memories differ by a factor, and to 0.3 % where all are
    alike: the inversion smooths a step.

    >>> round(typical_inverse_snr("exp", pairs=2, dim=16, tau=2), 9)       # exp(-2 s^2/tau)
    1.13e-07
    >>> from refmem.studies.capacity import inverse_snr
    >>> cold = {"pairs": 512, "dim": 64, "tau": 3}
    >>> inverse_snr("exp", **cold) / typical_inverse_snr("exp", **cold) > 10
    True
    """
    return exp_of(log_typical_inverse_snr(kernel, quantile=quantile, **given))


def log_typical_inverse_snr(kernel: Kernel | str, *, quantile: float = 0.5, **given: Any) -> float:
    """The natural logarithm of `typical_inverse_snr`; -inf if so many memories have no noise."""
    from scipy.optimize import brentq  # here, for importing it takes longer than refmem

    share = check_number("quantile", quantile, "it is a share of memories", above=0, below=1)
    chosen = _setting(kernel, **given)
    if chosen.pairs == 1:
        return -math.inf
    below, middle = _distribution(chosen)
    low, high = middle - 1.0, middle + 1.0
    while below(high) < share:
        high += 2 * (high - low)
    while below(low) > share:
        low -= 2 * (high - low)
        if low < middle - FARTHEST:
            return -math.inf
    return float(brentq(lambda log_x: below(log_x) - share, low, high, xtol=1e-9))


FARTHEST = 1e5
"""Logarithms below the loudest at which noise is none."""


FINER = 64
"""Steps to a standard deviation of log x: between two of them exp(-u x) does not turn around."""


def share_below(kernel: Kernel | str, inverse_snr: float, **given: Any) -> float:
    """The share of memories whose 1/SNR is at most this: where the mean lies, among others.

    given   as for `typical_inverse_snr`

    >>> from refmem.studies.capacity import inverse_snr
    >>> cold = {"pairs": 512, "dim": 64, "tau": 2}
    >>> round(share_below("exp", inverse_snr("exp", **cold), **cold), 3)
    1.0
    """
    log_noise = log_of(check_number("inverse_snr", inverse_snr, "it is a ratio", least=0))
    chosen = _setting(kernel, **given)
    if chosen.pairs == 1:
        return 1.0
    return _distribution(chosen)[0](max(log_noise, -FARTHEST))


def best_typical_tau(kernel: Kernel | str, *, quantile: float, **given: Any) -> float:
    """The temperature at which this quantile of an exponential kernel's 1/SNR is least.

    Where no other key is as near as the right one, noise falls throughout as it gets colder; so it
    does in this quantile, if that many memories are such. Else it is searched for,
    to about 1e-4.
    """
    from scipy.optimize import minimize_scalar

    chosen = _setting(kernel, **given)
    if family_of(chosen.kernel).name != "exp" or "tau" in given:
        raise ValueError(
            f"capacity: kernel has value {chosen.kernel}, expected exp or softmax at no given tau, "
            "because only of these it is known whether a quantile has a best temperature"
        )
    clear = share_clear(chosen)
    if clear >= quantile:
        raise ValueError(
            f"capacity: quantile has value {quantile}, expected more than {clear:.6g}, because so "
            "many memories have no other key as near as their own, and are the clearer the colder"
        )

    def noise(log_tau: float) -> float:
        tau = math.exp(log_tau)
        return log_typical_inverse_snr(kernel, quantile=quantile, **given, tau=tau)

    unit = math.log(chosen.norm2) / 2 if chosen.keys == "gaussian" else math.log(chosen.norm2)
    bounds = unit - math.log(COLDEST), unit + math.log(100)
    found = minimize_scalar(noise, bounds=bounds, method="bounded", options={"xatol": 1e-4})
    return float(math.exp(found.x))


COLDEST = 10
"""Standard deviations of a score at which few quantiles are still to be found."""


def share_clear(chosen: Setting) -> float:
    """The chance that no other key scores as much as the right one: P(t < stored)^(N - 1)."""
    from scipy.special import betainc, log_ndtr

    rho = chosen.cosine
    if chosen.keys == "gaussian":
        log_below = float(log_ndtr(rho * math.sqrt(chosen.norm2)))
    elif abs(rho) == 1:
        log_below = 0.0 if rho == 1 else -math.inf
    else:
        beyond = betainc((chosen.dim - 1) / 2, 0.5, 1 - rho**2) / 2
        log_below = math.log1p(-beyond) if rho > 0 else math.log(beyond)
    return math.exp((chosen.pairs - 1) * log_below) if chosen.pairs > 1 else 1.0


def _setting(
    kernel: Kernel | str,
    *,
    pairs: int,
    dim: int,
    tau: float | None = None,
    keys: str = "gaussian",
    norm2: float | None = None,
    cosine: float = 1.0,
    values: Any = STANDARD,
) -> Setting:
    pairs = check_size("pairs", pairs, "stored pairs", most=LARGEST, why=WHOLE)
    chosen = setting(kernel, pairs, dim, tau, keys, norm2, cosine, 0.0, values)
    refuse("only Gaussian keys and those of a sphere have a density", keys=keys not in SMOOTH)
    refuse("values with a mean add up coherently", values=bool(values.mean_power))
    if family_of(chosen.kernel).name == "round" or chosen.kernel.lengths is not None:
        raise ValueError(
            f"capacity: kernel has value {chosen.kernel}, expected one of the score and without a "
            "jump, because the distribution of its noise is inverted"
        )
    return chosen


SMOOTH = ("gaussian", "sphere")


def _distribution(chosen: Setting) -> tuple[Callable[[float], float], float]:
    """P(noise <= e^x) as a function of x, and an x in its midst."""
    stored = chosen.cosine * chosen.norm2 / chosen.tau
    if chosen.keys == "gaussian":
        deviation = math.sqrt(chosen.norm2) / chosen.tau
        step = 1 / (FINER * max(2 * deviation, 1))
        scores, log_shares = gaussian.nodes(chosen.kernel, deviation, step)
    else:
        cosines, log_shares = sphere.nodes(chosen.dim, chosen.norm2 / chosen.tau, FINER / 8)
        scores = cosines * chosen.norm2 / chosen.tau
    signal = float(of_scores(chosen.kernel, np.array([stored])).log[0])
    log_power = math.log(chosen.values.power) + math.log(chosen.values.inverse_length)
    log_noise = 2 * (of_scores(chosen.kernel, scores).log - signal) + log_power
    shares, others = np.exp(log_shares), chosen.pairs - 1
    points, weights = euler(TERMS)

    def below(log_x: float) -> float:
        with np.errstate(over="ignore"):
            noise = np.exp(log_noise - log_x)
        loud, quiet = noise > 5, noise < 1e-9  # 1 - exp(-u noise) is 1 there, and u noise
        rest = ~(loud | quiet)
        dark = shares[loud].sum() + points * (noise[quiet] @ shares[quiet])
        dark = dark - np.expm1(-points[:, None] * noise[rest]) @ shares[rest]
        with np.errstate(divide="ignore", invalid="ignore"):
            transforms = np.where(dark == 1, 0, np.exp(others * np.log1p(-dark))) / points
        return float(np.clip((weights * transforms).real.sum(), 0, 1))

    rare = np.searchsorted(np.cumsum(shares[::-1]), min(0.7 / others, 0.5))
    midst = float(np.sort(log_noise)[::-1][rare])
    return below, max(midst, float(log_noise.max()) - 100)


def euler(terms: int) -> tuple[np.ndarray, np.ndarray]:
    """Points u and weights w: f(1) is about the sum of Re(w F(u)), F the Laplace transform of f.

    >>> points, weights = euler(12)
    >>> round(float((weights / (points + 1)).real.sum()), 6)                  # exp(-1)
    0.367879
    """
    k = np.arange(2 * terms + 1)
    points = terms * math.log(10) / 3 + 1j * math.pi * k
    chosen = np.array([math.comb(terms, m) for m in range(terms)]) / 2.0**terms
    tail = np.cumsum(chosen)[::-1]  # of all that k = terms + 1 .. 2 terms still count
    share = np.concatenate([[0.5], np.ones(terms), tail])
    return points, 10 ** (terms / 3) * (-1.0) ** k * share
