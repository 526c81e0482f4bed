"""Claim: with the linear kernel each other pair adds noise 1/s^2; at s^2 = d that is 1/d.

    1/SNR = 1 / s^2        per other stored pair, s^2 the squared norm of the key read with

Used by:  refmem.studies.capacity.gaussian.polynomial
Source:   Zhong et al. 2025, arXiv:2505.19488
Method:   a score is s z, z standard normal (snr/gaussian_keys), so the noise is a second moment.
"""

import sympy as sp

from refmem.studies.capacity.gaussian import polynomial

from ..proving.averages import gaussian, noise_over_signal, shipped
from ..proving.statement import Equation
from ..proving.symbols import d, s, z

inverse_snr = 1 / s**2


def kernel(score):
    return score


def the_noise_grows_as_slowly_as_the_signal_fast():
    """The noise is E (s z)^2 = s^2, while the squared signal is (s^2)^2 = s^4."""
    yield Equation(gaussian(kernel(s * z) ** 2, z), s**2)
    yield Equation(noise_over_signal(kernel), inverse_snr)


def a_key_of_typical_norm_has_one_pair_of_noise_per_dimension():
    """E |k|^2 = d: at s^2 = d the noise of one pair is 1/d, so d pairs drown the signal."""
    yield Equation(sp.Subs(inverse_snr, s, sp.sqrt(d)), 1 / d)


def the_shipped_closed_form_is_this_one():
    """refmem.studies.capacity.gaussian.polynomial of degree 1 on symbols."""
    yield Equation(shipped(polynomial(1, s**2, 1)), inverse_snr)


def false_twin_that_forgets_to_square_the_signal():
    """s^2 / s^2 = 1 would make every pair as loud as the signal."""
    yield Equation(noise_over_signal(kernel), 1)


CLAIMS = (
    the_noise_grows_as_slowly_as_the_signal_fast,
    a_key_of_typical_norm_has_one_pair_of_noise_per_dimension,
    the_shipped_closed_form_is_this_one,
)
FALSE = (false_twin_that_forgets_to_square_the_signal,)
