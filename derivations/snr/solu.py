"""Claim: SoLU's kernel x.y exp(x.y/tau) lies between the linear and the exponential one.

    1/SNR = (1/s^2 + 4/tau^2) exp(2 s^2 (1 - tau)/tau^2)       per other stored pair
    at s^2 = d and tau = sqrt(d)      (5/d) exp(2 - 2 sqrt(d))

The softmax linear unit is x * softmax(x); its normaliser cancels (snr/normalisation).

Used by:  refmem.studies.capacity.gaussian.solu
Source:   worked out here; the setting is Zhong et al. 2025, arXiv:2505.19488
Method:   exp(a z) under a Gaussian moves the mean to a, so E z^2 exp(a z) = (1 + a^2) exp(a^2/2).
"""

import sympy as sp

from refmem.studies.capacity.gaussian import solu

from ..proving.averages import gaussian, noise_over_signal, shipped
from ..proving.statement import Equation
from ..proving.symbols import d, s, tau, z
from .exponential import inverse_snr as inverse_snr_of_exponential

inverse_snr = (1 / s**2 + 4 / tau**2) * sp.exp(2 * s**2 * (1 - tau) / tau**2)


def kernel(score):
    return score * sp.exp(score / tau)


def an_exponential_weight_moves_the_mean():
    """a z - z^2/2 = a^2/2 - (z - a)^2/2, so E z^2 e^(a z) = e^(a^2/2) E (z + a)^2."""
    a = sp.Symbol("a", real=True)
    yield Equation(a * z - z**2 / 2, a**2 / 2 - (z - a) ** 2 / 2)
    yield Equation(gaussian(z**2 * sp.exp(a * z), z), sp.exp(a**2 / 2) * gaussian((z + a) ** 2, z))
    yield Equation(gaussian((z + a) ** 2, z), 1 + a**2)


def noise_over_signal_is_the_closed_form():
    """Here a = 2 s/tau: noise s^2 (1 + 4 s^2/tau^2) e^(2 s^2/tau^2), signal s^2 e^(s^2/tau)."""
    yield Equation(noise_over_signal(kernel), inverse_snr)


def it_is_the_exponential_kernel_times_a_sum_of_two_memories():
    """1/s^2 is the linear kernel's noise; 4/tau^2 is what the moved mean adds."""
    yield Equation(inverse_snr, inverse_snr_of_exponential * (1 / s**2 + 4 / tau**2))
    usual = {s: sp.sqrt(d), tau: sp.sqrt(d)}
    yield Equation(inverse_snr.subs(usual), 5 / d * sp.exp(2 - 2 * sp.sqrt(d)))


def the_shipped_closed_form_is_this_one():
    """refmem.studies.capacity.gaussian.solu on symbols."""
    yield Equation(shipped(solu(s**2, tau, 1)), inverse_snr)


def false_twin_that_multiplies_the_two_noises():
    """The factor 4/tau^2 is lost if the mean is not moved."""
    yield Equation(noise_over_signal(kernel), inverse_snr_of_exponential / s**2)


CLAIMS = (
    an_exponential_weight_moves_the_mean,
    noise_over_signal_is_the_closed_form,
    it_is_the_exponential_kernel_times_a_sum_of_two_memories,
    the_shipped_closed_form_is_this_one,
)
FALSE = (false_twin_that_multiplies_the_two_noises,)
