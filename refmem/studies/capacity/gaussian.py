"""Moments over standard normal keys, read with a query of squared length `norm2` = s^2.

A key then scores s z, z standard normal, whatever its width (derivations/snr/gaussian_keys.py).
Each closed form says in arithmetic alone what its derivation proves, so that it also runs on
symbols; a kernel that has none is integrated.
"""

from __future__ import annotations

import math
from fractions import Fraction
from math import factorial, prod

import numpy as np

from refmem.functions.kernels import Kernel
from refmem.studies.capacity import sphere
from refmem.studies.capacity.moments import Moments, Scaled, log_of, log_sum, moments, of_nodes
from refmem.studies.capacity.weights import family_of

WIDEST = 200
"""The largest standard deviation of a score that is still integrated over."""


def double_factorial(n: int) -> int:
    """n!! = n (n - 2) (n - 4) ...; 1 for n = -1 and 0.

    >>> [double_factorial(n) for n in (-1, 1, 3, 5)]
    [1, 1, 3, 15]
    """
    return prod(range(n, 0, -2))


# ---- closed forms: square, mean and signal at score rho s^2


def polynomial(degree, norm2, rho):
    """(x . y)^p: noise (2p - 1)!! s^(2p), signal (rho s^2)^(2p); the temperature cancels.

    Proof: derivations/snr/polynomial.py, derivations/snr/noisy_query.py
    """
    even = degree % 2 == 0
    return (
        Scaled(double_factorial(2 * degree - 1), norm2, degree),
        Scaled(double_factorial(degree - 1) ** 2 if even else 0, norm2, degree),
        Scaled(1, rho * norm2, 2 * degree),
    )


def relu(degree, norm2, rho):
    """max(x . y, 0)^p: half of the noise of (x . y)^p, the same signal; none if rho <= 0.

    Proof: derivations/snr/relu.py
    """
    half_moment = 2 ** (degree / 2 - 1) * math.gamma((degree + 1) / 2) / math.sqrt(math.pi)
    return (
        Scaled(Fraction(double_factorial(2 * degree - 1), 2), norm2, degree),
        Scaled(half_moment**2, norm2, degree),
        Scaled(int(rho > 0), rho * norm2, 2 * degree),
    )


def exponential(norm2, tau, rho):
    """exp(x . y/tau): noise exp(2 s^2/tau^2), signal exp(2 rho s^2/tau).

    Proof: derivations/snr/exponential.py, derivations/snr/noisy_query.py
    """
    return (
        Scaled(exponent=2 * norm2 / tau / tau),
        Scaled(exponent=norm2 / tau / tau),
        Scaled(exponent=2 * rho * norm2 / tau),
    )


def solu(norm2, tau, rho):
    """x . y exp(x . y/tau): noise s^2 (1 + 4 s^2/tau^2) exp(2 s^2/tau^2).

    Proof: derivations/snr/solu.py
    """
    return (
        Scaled(1 + 4 * norm2 / tau / tau, norm2, 1, 2 * norm2 / tau / tau),
        Scaled(1, norm2 / tau, 2, norm2 / tau / tau),
        Scaled(1, rho * norm2, 2, 2 * rho * norm2 / tau),
    )


def taylor(order, norm2, tau, rho):
    """The exponential's series up to x^order: its square is averaged power by power.

    Proof: derivations/snr/taylor_features.py
    """
    powers = range(order + 1)

    def average(power, weight):
        """weight E (s z/tau)^power."""
        return 0 if power % 2 else weight * double_factorial(power - 1) * unit ** (power // 2)

    unit, score = norm2 / tau / tau, rho * norm2 / tau
    weights = [Fraction(1, factorial(n)) for n in powers]
    return (
        Scaled(sum(average(a + b, weights[a] * weights[b]) for a in powers for b in powers)),
        Scaled(sum(average(n, weights[n]) for n in powers) ** 2),
        Scaled(sum(weights[n] * score**n for n in powers) ** 2),
    )


def gelu(variance, stored):
    """x Phi(x), Phi the standard normal distribution function, x of this variance and, of the
    stored key, this score.

    Proof: derivations/snr/activation.py
    """
    q = variance / (1 + variance)
    angle = math.asin(q) + 2 * q / math.sqrt(1 + 2 * variance)
    noise = variance / 4 + variance / (2 * math.pi) * angle
    answer = stored * math.erfc(-stored / math.sqrt(2)) / 2
    return Scaled(noise), Scaled(variance * q / (2 * math.pi)), Scaled(answer**2)


# ---- any kernel


def gaussian_moments(kernel: Kernel, norm2: float, dim: int, tau: float, rho: float) -> Moments:
    """The moments of any kernel; those without a closed form are summed or integrated.

    >>> from refmem.functions.kernels import exponential
    >>> gaussian_moments(exponential, 64., 64, 8., 1.)
    Moments(square=2.0, mean=1.0, signal=16.0)
    """
    match family_of(kernel):
        case ("polynomial", degree):
            return moments(*polynomial(degree, norm2, rho))
        case ("relu", degree):
            return moments(*relu(degree, norm2, rho))
        case ("gelu", _):
            return moments(*gelu(norm2 / tau**2, rho * norm2 / tau))
        case ("exp", _):
            return moments(*exponential(norm2, tau, rho))
        case ("solu", _):
            return moments(*solu(norm2, tau, rho))
        case ("taylor", order):
            return moments(*taylor(order, norm2, tau, rho))
        case ("round", _):
            return _rounding(norm2, tau, rho)
    if kernel.lengths is not None:
        return _of_the_angle(kernel, norm2, dim, rho)
    return integrated(kernel, math.sqrt(norm2) / tau, rho * norm2 / tau)


def _of_the_angle(kernel: Kernel, norm2: float, dim: int, rho: float) -> Moments:
    """The cosine is that of keys on a sphere, and independent of a key's length: E |k|^2 = d."""
    of_cosine = sphere.of_cosines(kernel, dim, rho)
    noise, signal = math.log(norm2) + math.log(dim), 2 * math.log(norm2)
    lengths = kernel.lengths or 0
    if lengths > 1:
        raise ValueError(
            f"capacity: kernel has value {kernel}, expected one that grows with at most the first "
            "power of a key's length, because only E |k|^2 is known here"
        )
    return Moments(
        of_cosine.square + lengths * noise,
        of_cosine.mean + lengths * (noise + 2 * sphere.log_mean_length_over_root(dim)),
        of_cosine.signal + lengths * signal,
    )


def _rounding(norm2: float, tau: float, rho: float) -> Moments:
    """E round(x)^2 is the sum of 2 (2m - 1) P(x > m - 1/2) over m = 1, 2, ...; the mean is 0.

    Of a wide x it is E x^2 + 1/12, but for a part of order exp(-2 pi^2 E x^2).
    """
    from scipy.special import log_ndtr

    deviation, signal = math.sqrt(norm2) / tau, 2 * log_of(abs(np.rint(rho * norm2 / tau)))
    if deviation > 4:
        wide = math.log1p(1 / deviation / deviation / 12) + math.log(norm2) - 2 * math.log(tau)
        return Moments(wide, -math.inf, signal)
    m = np.arange(1, 2 + math.ceil(40 * deviation))
    with np.errstate(divide="ignore", over="ignore"):
        tails = log_ndtr(-(m - 0.5) / deviation) if deviation else np.full(len(m), -np.inf)
    return Moments(log_sum(np.log(2 * (2 * m - 1)) + tails), -math.inf, signal)


def integrated(kernel: Kernel, deviation: float, signal: float) -> Moments:
    """Moments of a score of the given standard deviation, by the trapezoidal rule.

    For a smooth kernel its error falls exponentially with the step, as the Gaussian and all its
    derivatives vanish at both ends. A Gauss-Hermite sum has its nodes where the Gaussian is, not
    where the kernel bends: of a sigmoid at deviation 27 its 200 nodes miss 1e-2, this sum 1e-15.
    """
    scores, log_shares = nodes(kernel, deviation, 1 / (16 * max(deviation, 1)))
    return of_nodes(kernel, scores, log_shares, signal)


def nodes(kernel: Kernel, deviation: float, step: float) -> tuple[np.ndarray, np.ndarray]:
    """Scores of this standard deviation, a step times it apart, and the logarithms of their
    shares."""
    if deviation > WIDEST:
        raise ValueError(
            f"capacity: kernel has value {kernel}, expected one with a closed form (linear, "
            f"polynomial, relu, exp, softmax, solu, taylor, cosine, round), because scores with a "
            f"standard deviation of {deviation:.4g} are too many to integrate over"
        )
    reach = 12 + 2 * deviation
    z = np.arange(-math.ceil(reach / step), math.ceil(reach / step) + 1) * step
    shares = -(z**2) / 2 + math.log(step / math.sqrt(2 * math.pi))
    return deviation * z, shares
