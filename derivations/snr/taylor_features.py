"""Claim: cutting the exponential's series at degree P leaves a memory of polynomial capacity.

    kappa_P(x) = sum_{p <= P} (x/tau)^p / p!            finite features: kernels/taylor
    1/SNR = sum_{a, b <= P, a + b even} (s/tau)^(a+b) (a + b - 1)!! / (a! b!)  /  kappa_P(s^2)^2

    P = 1:  (tau^2 + s^2)/(tau + s^2)^2, best at tau = 1, where it is 1/(1 + s^2)
    s -> oo: (2P - 1)!!/s^(2P) at fixed tau, that of the last power alone

Used by:  refmem.studies.capacity.gaussian.taylor
Source:   worked out here
Method:   the square of a polynomial is averaged moment by moment (snr/polynomial).
"""

import sympy as sp

from refmem.studies.capacity.gaussian import taylor

from ..proving.averages import gaussian, noise_over_signal, shipped
from ..proving.statement import Equation, Inequality
from ..proving.symbols import s, tau, z
from .polynomial import inverse_snr as inverse_snr_of_power
from .polynomial import p

inverse_snr_affine = (tau**2 + s**2) / (tau + s**2) ** 2


def kernel(degree):
    return lambda x: sum((x / tau) ** power / sp.factorial(power) for power in range(degree + 1))


def inverse_snr(degree):
    """1/SNR of one other pair for the series cut after the given degree."""
    noise = sum(
        (s / tau) ** (a + b) * sp.factorial2(a + b - 1) / (sp.factorial(a) * sp.factorial(b))
        for a in range(degree + 1)
        for b in range(degree + 1)
        if (a + b) % 2 == 0
    )
    return noise / kernel(degree)(s**2) ** 2


def two_powers_average_to_one_moment():
    """E (s z/tau)^a (s z/tau)^b = (s/tau)^(2p) (2p - 1)!! for a + b = 2p, and 0 for odd a + b."""
    a = sp.Symbol("a", integer=True, nonnegative=True)
    even = gaussian((s * z / tau) ** a * (s * z / tau) ** (2 * p - a), z)
    yield Equation(even, (s / tau) ** (2 * p) * sp.factorial2(2 * p - 1).rewrite(sp.gamma))
    yield Equation(gaussian((s * z / tau) ** (2 * p + 1), z), 0)


def so_the_double_sum_is_the_average_of_the_square():
    """By linearity, for every degree P; written out for 0 to 4."""
    for degree in range(5):
        yield Equation(noise_over_signal(kernel(degree)), inverse_snr(degree))


def an_affine_kernel_is_a_linear_one_with_one_more_dimension():
    """(tau^2 + s^2)/(tau + s^2)^2 - 1/(1 + s^2) = s^2 (tau - 1)^2/(...) >= 0: best at tau = 1."""
    yield Equation(inverse_snr(1), inverse_snr_affine)
    rest = s**2 * (tau - 1) ** 2 / ((tau + s**2) ** 2 * (1 + s**2))
    yield Equation(inverse_snr_affine - 1 / (1 + s**2), rest)
    yield Inequality(0, rest)


def for_long_keys_the_last_power_decides():
    """The terms a = b = P lead noise and signal, and their ratio is (2P - 1)!!/s^(2P) for any P."""
    leading = (s / tau) ** (2 * p) * sp.factorial2(2 * p - 1) / sp.factorial(p) ** 2
    yield Equation(leading / ((s**2 / tau) ** p / sp.factorial(p)) ** 2, inverse_snr_of_power)
    for degree in (1, 2, 3, 4):
        ratio = inverse_snr(degree) / inverse_snr_of_power.subs(p, degree)
        yield Equation(sp.Limit(ratio, s, sp.oo), 1)


def degree_zero_stores_nothing():
    """A constant kernel cannot tell keys apart: every pair is as loud as the signal."""
    yield Equation(inverse_snr(0), 1)


def the_shipped_closed_form_is_this_one():
    """refmem.studies.capacity.gaussian.taylor on symbols, degrees 0 to 4."""
    for degree in range(5):
        yield Equation(shipped(taylor(degree, s**2, tau, 1)), inverse_snr(degree))


def false_twin_without_the_cross_terms():
    """Squaring term by term misses 2 (x/tau)^0 (x/tau)^2/2 = x^2/tau^2 at degree 2."""
    squares = sum(
        (s / tau) ** (2 * a) * sp.factorial2(2 * a - 1) / sp.factorial(a) ** 2 for a in range(3)
    )
    yield Equation(noise_over_signal(kernel(2)), squares / kernel(2)(s**2) ** 2)


CLAIMS = (
    two_powers_average_to_one_moment,
    so_the_double_sum_is_the_average_of_the_square,
    an_affine_kernel_is_a_linear_one_with_one_more_dimension,
    for_long_keys_the_last_power_decides,
    degree_zero_stores_nothing,
    the_shipped_closed_form_is_this_one,
)
FALSE = (false_twin_without_the_cross_terms,)
