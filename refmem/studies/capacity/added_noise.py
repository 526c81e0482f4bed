"""Noise over signal for a query with noise sigma on every entry, both averaged over it.

    q = k_i + sigma eps, eps standard normal, k_i of squared length `norm2`
    1/SNR = E |r|^2 / E (kappa(k_i, q)^2 |v_i|^2)

Proof:    derivations/snr/added_noise.py
"""

from __future__ import annotations

from refmem.functions.kernels import Kernel
from refmem.studies.capacity.moments import Moments, Scaled, moments
from refmem.studies.capacity.weights import family_of


def linear(norm2, dim, sigma):
    """Noise E |q|^2 = s^2 + sigma^2 d, signal s^4 + sigma^2 s^2."""
    return (
        Scaled(norm2 + sigma * sigma * dim),
        Scaled(0),
        Scaled(norm2 * norm2 + sigma * sigma * norm2),
    )


def exponential(norm2, dim, tau, sigma):
    """Every coordinate of the query's length is a Gaussian integral, for tau > 2 sigma."""
    return (
        _of_length(2 / tau, norm2, dim, sigma, tau),
        _of_length(1 / tau, norm2, dim, sigma, tau),
        Scaled(exponent=2 * norm2 / tau + 2 * (sigma / tau) ** 2 * norm2),
    )


def _of_length(growth, norm2, dim, sigma, tau):
    """E exp(rate |q|^2) = (1 - 2 rate sigma^2)^(-d/2) exp(rate s^2/(1 - 2 rate sigma^2)), with
    rate = growth/tau."""
    left = 1 - 2 * growth * sigma * (sigma / tau)
    return Scaled(base=left, power=-dim / 2, exponent=growth * norm2 / tau / left)


def added_noise_moments(
    kernel: Kernel, norm2: float, dim: int, tau: float, sigma: float
) -> Moments:
    """The moments of the two kernels that have them in closed form.

    >>> import math
    >>> from refmem.functions.kernels import linear
    >>> square, mean, signal = added_noise_moments(linear, 64., 64, 8., 1.)
    >>> round((64**2 + 64) * math.exp(square - signal), 6)
    128.0
    """
    name, degree = family_of(kernel)
    if (name, degree) == ("polynomial", 1):
        return moments(*linear(norm2, dim, sigma))
    if name != "exp" or kernel.normalised:
        raise ValueError(
            f"capacity: kernel has value {kernel}, expected linear or exp, because only those have "
            "a closed form for sigma; give cosine instead, or simulate"
        )
    if tau <= 2 * sigma:
        raise ValueError(
            f"capacity: tau has value {tau:.4g}, expected more than 2 sigma = {2 * sigma:.4g}, "
            "because the mean noise of exp is infinite otherwise"
        )
    return moments(*exponential(norm2, dim, tau, sigma))
