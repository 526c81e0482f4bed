"""Noise over signal where the length of the key read with is not given, and averaged over.

All keys are standard normal, so s^2 is chi-square with d degrees of freedom, and short keys, which
are answered badly, dominate the average (derivations/snr_key_norms.py). Here the signal is part of
the average: `square` and `mean` are over the signal already, and the signal is 1.
"""

from __future__ import annotations

import math

from refmem.capacity import sphere
from refmem.capacity.gaussian import double_factorial
from refmem.capacity.moments import Moments, Scaled, log_of
from refmem.capacity.weights import family_of
from refmem.kernels import Kernel

CLOSED = "linear, polynomial, relu, exp, softmax, solu, cosine, arc_cosine"


def exponential(rate, dim):
    """E exp(-rate s^2) = (1 + 2 rate)^(-d/2), for a rate above -1/2."""
    return Scaled(base=1 + 2 * rate, power=-dim / 2)


def reciprocal(dim):
    """E 1/s^2 = 1/(d - 2), for d > 2."""
    return Scaled(1 / (dim - 2))


def averaged_moments(kernel: Kernel, dim: int, tau: float, rho: float) -> Moments:
    """The averaged ratios of a kernel that has them in closed form.

    >>> round(math.exp(-averaged_moments(find_kernel("linear"), 64, 8., 1.).square), 6)
    62.0
    """
    name, degree = family_of(kernel)
    turned = 2 * log_of(abs(rho))
    if name == "polynomial":
        _wide_enough(kernel, dim, 2 * degree)
        inverse_power = math.lgamma(dim / 2 - degree) - math.lgamma(dim / 2)
        inverse_power -= degree * (math.log(2) + turned)
        mean = -math.inf if degree % 2 else 2 * math.log(double_factorial(degree - 1))
        square = math.log(double_factorial(2 * degree - 1))
        return Moments(square + inverse_power, mean + inverse_power, 0.0)
    if name == "relu":
        _wide_enough(kernel, dim, 2)
        whole = reciprocal(dim).log() - (turned if rho > 0 else -math.inf)
        return Moments(whole - math.log(2), whole - math.log(2 * math.pi), 0.0)
    if name in ("exp", "solu"):
        noise, mean = 2 * (rho * tau - 1) / tau**2, (2 * rho * tau - 1) / tau**2
        _rate_allowed(kernel, noise, tau)
        square, first = exponential(noise, dim).log(), exponential(mean, dim).log()
        if name == "exp":
            return Moments(square, first, 0.0)
        _wide_enough(kernel, dim, 2)
        weight = math.log((1 + 2 * noise) / (dim - 2) + 4 / tau**2)
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
    of_length = math.log(dim) + reciprocal(dim).log()
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
