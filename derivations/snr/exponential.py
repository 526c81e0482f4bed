"""Claim: the exponential kernel's noise falls exponentially in the width of a key.

    1/SNR = exp(2 s^2 (1 - tau) / tau^2)     per other stored pair, s^2 the squared norm of the key
    at s^2 = d and tau = sqrt(d)             exp(2 - 2 sqrt(d))

Used by:  refmem.studies.capacity.gaussian.exponential
Source:   Zhong et al. 2025, arXiv:2505.19488 (the shape; the constants are worked out here)
Method:   a score is s z with z standard normal (snr/gaussian_keys), so the noise is one Gaussian
          integral; dividing it by the squared signal leaves the closed form.
"""

import sympy as sp

from refmem.studies.capacity.gaussian import exponential

from ..proving.averages import gaussian, noise_over_signal, shipped
from ..proving.statement import Equation, Inequality
from ..proving.symbols import d, s, tau, z

inverse_snr = sp.exp(2 * s**2 * (1 - tau) / tau**2)


def kernel(score):
    return sp.exp(score / tau)


def the_noise_of_one_pair_completes_a_square():
    """2 s z/tau - z^2/2 = 2 s^2/tau^2 - (z - 2 s/tau)^2/2: the noise is a Gaussian moved aside."""
    moved = 2 * s**2 / tau**2 - (z - 2 * s / tau) ** 2 / 2
    yield Equation(2 * s * z / tau - z**2 / 2, moved)
    yield Equation(gaussian(kernel(s * z) ** 2, z), sp.exp(2 * s**2 / tau**2))


def noise_over_signal_is_the_closed_form():
    """The signal is exp(s^2/tau); its square is exp(2 s^2/tau)."""
    yield Equation(noise_over_signal(kernel), inverse_snr)


def at_the_usual_temperature_the_width_enters_under_a_root():
    """A Gaussian key has s^2 = d on average; attention divides scores by sqrt(d)."""
    usual = inverse_snr.subs({s: sp.sqrt(d), tau: sp.sqrt(d)})
    yield Equation(usual, sp.exp(2 - 2 * sp.sqrt(d)))


def only_a_temperature_above_one_gains_from_longer_keys():
    """With tau = 1 + h the exponent is -2 h/(1 + h)^2 times s^2: negative exactly for h > 0."""
    h = sp.Symbol("h", positive=True)
    exponent = sp.log(inverse_snr.subs(tau, 1 + h)).expand(force=True) / s**2
    yield Equation(exponent, -2 * h / (1 + h) ** 2)
    yield Inequality(-2 * h / (1 + h) ** 2, 0)


def the_shipped_closed_form_is_this_one():
    """refmem.studies.capacity.gaussian.exponential on symbols."""
    yield Equation(shipped(exponential(s**2, tau, 1)), inverse_snr)


def false_twin_with_one_power_of_the_temperature():
    """exp(2 s^2 (1 - tau)/tau) forgets that the noise is squared before it is averaged."""
    yield Equation(noise_over_signal(kernel), sp.exp(2 * s**2 * (1 - tau) / tau))


CLAIMS = (
    the_noise_of_one_pair_completes_a_square,
    noise_over_signal_is_the_closed_form,
    at_the_usual_temperature_the_width_enters_under_a_root,
    only_a_temperature_above_one_gains_from_longer_keys,
    the_shipped_closed_form_is_this_one,
)
FALSE = (false_twin_with_one_power_of_the_temperature,)
