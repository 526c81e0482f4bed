"""Noise over signal where the length of the key read with is not given, and averaged over.

All keys are standard normal, so s^2 is chi-square with d degrees of freedom, and short keys, which
are answered badly, dominate the average (derivations/snr/key_norms.py). Here the signal is part of
the average: `square` and `mean` are over the signal already, and the signal is 1.
"""

from __future__ import annotations

import math

from refmem.functions.kernels import Kernel
from refmem.studies.capacity import gaussian, sphere
from refmem.studies.capacity.moments import Moments, Scaled, log_of, moments
from refmem.studies.capacity.weights import family_of

CLOSED = "linear, polynomial, relu, exp, softmax, solu, cosine, arc_cosine"


def exponential(rate, dim):
    """E exp(-rate s^2) = (1 + 2 rate)^(-d/2), for a rate above -1/2."""
    return Scaled(base=1 + 2 * rate, power=-dim / 2)


def log_inverse_power(degree: int, dim: int) -> float:
    """log E 1/s^(2p) = log Gamma(d/2 - p)/(2^p Gamma(d/2)), for d > 2p; 1/(d - 2) for p = 1."""
    return math.lgamma(dim / 2 - degree) - math.lgamma(dim / 2) - degree * math.log(2)


def averaged_moments(kernel: Kernel, dim: int, tau: float, rho: float) -> Moments:
    """The averaged ratios of a kernel that has them in closed form.

    >>> from refmem.functions.kernels import linear
    >>> round(math.exp(-averaged_moments(linear, 64, 8., 1.).square), 6)
    62.0
    """
    name, degree = family_of(kernel)
    turned = 2 * log_of(abs(rho))
    if name in ("polynomial", "relu"):
        _wide_enough(kernel, dim, 2 * degree)
        of_length = log_inverse_power(degree, dim)
        formula = gaussian.polynomial if name == "polynomial" else gaussian.relu
        square, mean, signal = moments(*formula(degree, 1.0, rho))
        return Moments(square + of_length - signal, mean + of_length - signal, 0.0)
    if name in ("exp", "solu"):
        noise, mean = 2 * (rho - 1 / tau) / tau, (2 * rho - 1 / tau) / tau
        _rate_allowed(kernel, noise, tau)
        square, first = exponential(noise, dim).log(), exponential(mean, dim).log()
        if name == "exp":
            return Moments(square, first, 0.0)
        _wide_enough(kernel, dim, 2)
        weight = math.log((1 + 2 * noise) / (dim - 2) + 4 / tau / tau)
        return Moments(square + weight - turned, first - 2 * math.log(tau) - turned, 0.0)
    if kernel.lengths is not None:
        return _of_the_angle(kernel, dim, rho)
    raise ValueError(
        f"capacity: kernel has value {kernel}, expected one of {CLOSED}, because only those have a "
        'closed form averaged over key lengths; give keys="gaussian", or simulate'
    )


def _of_the_angle(kernel: Kernel, dim: int, rho: float) -> Moments:
    """The ratio of keys on a sphere, times E |k|^2/s^2 for each power of the length."""
    square, mean, signal = sphere.of_cosines(kernel, dim, rho)
    if not kernel.lengths:
        return Moments(square - signal, mean - signal, 0.0)
    _wide_enough(kernel, dim, 2)
    of_length = math.log(dim) + log_inverse_power(1, dim)
    root = 2 * sphere.log_mean_length_over_root(dim)
    return Moments(square - signal + of_length, mean - signal + of_length + root, 0.0)


def _wide_enough(kernel: Kernel, dim: int, least: int) -> None:
    if dim <= least:
        raise ValueError(
            f"capacity: dim has value {dim}, expected more than {least}, because the average of "
            f"{kernel} over the lengths of keys is infinite otherwise"
        )


def _rate_allowed(kernel: Kernel, rate: float, tau: float) -> None:
    if rate <= -0.5:
        raise ValueError(
            f"capacity: tau has value {tau:.4g}, expected a warmer one, because the average of "
            f"{kernel} over the lengths of keys is infinite there"
        )
