"""Moments over keys on a sphere: a key of squared length s^2 scores s^2 t, t the cosine.

t has the density proportional to (1 - t^2)^((d - 3)/2), so even powers average to ratios of gammas
and exponentials to Bessel functions, here summed as series in logarithms
(derivations/snr/sphere.py). A kernel without a series is integrated.
"""

from __future__ import annotations

import math

import numpy as np

from refmem.functions.kernels import Kernel
from refmem.studies.capacity.moments import Moments, log_of, log_sum, of_nodes
from refmem.studies.capacity.weights import family_of

FARTHEST = 2_000
"""The largest score that is still integrated over."""

FARTHEST_SUM = 10**7
"""The largest score that is still summed over."""


def log_moment(power: np.ndarray | float, dim: int) -> np.ndarray:
    """log E |t|^(2 power) = log Gamma(p + 1/2) Gamma(d/2) / (sqrt(pi) Gamma(p + d/2)).

    Proof: derivations/snr/sphere.py

    >>> float(np.exp(log_moment(2, 10)).round(12))          # 3/(d (d + 2))
    0.025
    """
    from scipy.special import gammaln

    p = np.asarray(power, dtype=float)
    return gammaln(p + 0.5) - gammaln(0.5) + gammaln(dim / 2) - gammaln(p + dim / 2)


def log_exponential(x: float, dim: int, power: int = 0) -> float:
    """log E t^power exp(x t), by the series of the exponential; all its terms are positive.

    With power = 0 it is log Gamma(nu + 1) (2/x)^nu I_nu(x), nu = d/2 - 1.

    >>> log_exponential(1000., 64) < 1000
    True
    """
    from scipy.special import gammaln

    if x > FARTHEST_SUM:
        raise ValueError(
            f"capacity: tau is so cold that scores have value {x:.4g}, expected at most "
            f"{FARTHEST_SUM:.4g}, because so many terms are too many to sum over"
        )
    last = x + 12 * math.sqrt(x) + 60 + power  # beyond it x^n/n! is below a rounding of the sum
    n = np.arange(power % 2, last, 2)
    with np.errstate(invalid="ignore"):
        log_power = np.where(n > 0, n * log_of(x), 0.0)
    return log_sum(log_power - gammaln(n + 1) + log_moment((n + power) / 2, dim))


def sphere_moments(kernel: Kernel, norm2: float, dim: int, tau: float, rho: float) -> Moments:
    """The moments of any kernel of the score s^2 t/tau.

    >>> from refmem.functions.kernels import linear
    >>> square, mean, signal = sphere_moments(linear, 3., 16, 1., 1.)
    >>> round(math.exp(signal - square))          # 1/SNR of a pair is 1/d
    16
    """
    name, degree = family_of(kernel)
    reach = norm2 / tau
    log_reach, stored = math.log(norm2) - math.log(tau), rho * reach
    if kernel.lengths is not None:
        of_cosine, length = of_cosines(kernel, dim, rho), 2 * kernel.lengths * log_reach
        return Moments(*(log + length for log in of_cosine))
    if name == "polynomial":
        scale = 2 * degree * log_reach
        mean = -math.inf if degree % 2 else 2 * float(log_moment(degree / 2, dim)) + scale
        signal = 2 * degree * log_of(abs(rho)) + scale if degree else 0.0
        return Moments(float(log_moment(degree, dim)) + scale, mean, signal)
    if name == "relu":
        scale = 2 * degree * log_reach
        square = float(log_moment(degree, dim)) + scale - math.log(2)
        mean = 2 * (float(log_moment(degree / 2, dim)) - math.log(2)) + scale
        return Moments(square, mean, 2 * degree * log_of(max(rho, 0)) + scale)
    if name == "exp":
        return Moments(log_exponential(2 * reach, dim), 2 * log_exponential(reach, dim), 2 * stored)
    if name == "solu":
        square = log_exponential(2 * reach, dim, 2) + 2 * log_reach
        mean = 2 * (log_exponential(reach, dim, 1) + log_reach)
        return Moments(square, mean, 2 * (log_of(abs(rho)) + log_reach + stored))
    if name == "round":
        return _rounding(reach, dim, stored)
    if reach > FARTHEST:
        raise ValueError(
            f"capacity: kernel has value {kernel}, expected one with a closed form (linear, "
            "polynomial, relu, exp, softmax, solu, cosine, round), because scores up to "
            f"{reach:.4g} are too many to integrate over"
        )
    cosines, log_shares = nodes(dim, reach)
    return of_nodes(kernel, reach * cosines, log_shares, stored)


def of_cosines(kernel: Kernel, dim: int, rho: float) -> Moments:
    """Moments of the weight of a kernel of the angle, without the lengths."""
    if family_of(kernel).name == "cosine":
        return Moments(float(log_moment(1, dim)), -math.inf, 2 * log_of(abs(rho)))
    cosines, log_shares = nodes(dim, 1.0)
    return of_nodes(kernel, cosines, log_shares, rho)


def nodes(dim: int, reach: float, finer: float = 1) -> tuple[np.ndarray, np.ndarray]:
    """Cosines t, and the logarithms of their shares, for a smooth kernel of scores `reach` * t.

    With t = tanh(u) the density is that of cosh(u)^(1 - d) on the whole line, where the trapezoidal
    rule's error falls exponentially with its step. On a line, d = 1, a cosine is 1 or -1.

    >>> cosines, log_shares = nodes(8, 1.)
    >>> float((np.exp(log_shares) * cosines**2).sum().round(12))              # 1/d
    0.125
    """
    if dim == 1:
        return np.array([-1.0, 1.0]), np.log([0.5, 0.5])
    step = 1 / (16 * finer * max(reach, math.sqrt(dim), 1))
    end = min((80 + 4 * reach) / (dim - 1) + 1, 40)  # beyond it a share is no part of the sum
    u = np.arange(-math.ceil(end / step), math.ceil(end / step) + 1) * step
    log_density = (1 - dim) * (np.logaddexp(u, -u) - math.log(2))
    return np.tanh(u), log_density - log_sum(log_density)


def log_mean_length_over_root(dim: int) -> float:
    """log E |k|/sqrt(d) of a standard normal key: sqrt(2/d) Gamma((d + 1)/2)/Gamma(d/2)."""
    return (math.log(2 / dim)) / 2 + math.lgamma((dim + 1) / 2) - math.lgamma(dim / 2)


def _rounding(reach: float, dim: int, stored: float) -> Moments:
    """E round(x)^2 is the sum of 2 (2m - 1) P(x > m - 1/2) over m up to s^2/tau; the mean is 0."""
    from scipy.special import betainc

    if reach > FARTHEST_SUM:
        raise ValueError(
            f"capacity: tau is so cold that scores have value {reach:.4g}, expected at most "
            f"{FARTHEST_SUM:.4g}, because so many terms are too many to sum over"
        )
    m = np.arange(1, math.ceil(reach + 0.5))
    edge = (m - 0.5) / reach
    tail = betainc((dim - 1) / 2, 0.5, 1 - edge**2) / 2 if dim > 1 else np.full(len(m), 0.5)
    with np.errstate(divide="ignore"):
        square = log_sum(np.log(2 * (2 * m - 1) * tail))
    return Moments(square, -math.inf, 2 * log_of(abs(round(stored))))
