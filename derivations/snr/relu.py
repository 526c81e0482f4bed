"""Claim: a rectified kernel hears half of the noise of the same kernel without the rectifier.

    ReLU(x . y)      1/SNR = 1 / (2 s^2)
    ReLU(x . y)^p    1/SNR = (2p - 1)!! / (2 s^(2p))      half of snr/polynomial's

per other stored pair. A feed-forward block is the first of them, with d_ff pairs stored.

Used by:  refmem.studies.capacity.gaussian.relu
Source:   worked out here; the setting is Zhong et al. 2025, arXiv:2505.19488
Method:   the signal s^2 is positive and passes; a score s z is positive half of the time, and
          z^(2p) is even, so the half line gives half of the moment.
"""

import sympy as sp

from refmem.studies.capacity.gaussian import relu

from ..proving.averages import gaussian, noise_over_signal, shipped
from ..proving.statement import Equation
from ..proving.symbols import s, z
from .polynomial import inverse_snr as inverse_snr_without_rectifier
from .polynomial import p

inverse_snr = 1 / (2 * s**2)
inverse_snr_of_power = sp.factorial2(2 * p - 1) / (2 * s ** (2 * p))


def mirroring_a_score_keeps_its_even_moments():
    """Positive and negative scores carry the same noise: the two half lines are equal."""
    positive = gaussian((s * z) ** (2 * p), z, lower=0)
    negative = gaussian((-s * z) ** (2 * p), z, lower=0)
    yield Equation(positive, negative)
    yield Equation(positive + negative, gaussian((s * z) ** (2 * p), z))


def so_the_rectifier_halves_the_noise():
    """E ReLU(s z)^(2p) = (1/2) E (s z)^(2p), and the signal s^(2p) is untouched."""
    rectified = noise_over_signal(lambda score: score**p, half_line=True)
    yield Equation(rectified, noise_over_signal(lambda score: score**p) / 2)
    yield Equation(inverse_snr_of_power, inverse_snr_without_rectifier / 2)


def the_plain_rectifier_is_the_first_power():
    """At p = 1: half of 1/s^2."""
    yield Equation(noise_over_signal(lambda score: score, half_line=True), inverse_snr)
    yield Equation(sp.Subs(inverse_snr_of_power, p, 1), inverse_snr)


def the_shipped_closed_form_is_this_one():
    """refmem.studies.capacity.gaussian.relu on symbols, powers 1 to 4."""
    for power in range(1, 5):
        yield Equation(shipped(relu(power, s**2, 1)), sp.Subs(inverse_snr_of_power, p, power))


def false_twin_that_rectifies_the_signal_too():
    """Were the signal halved as well, the ratio would double: 2/s^2, not 1/(2 s^2)."""
    noise = gaussian((s * z) ** 2, z, lower=0)
    yield Equation(noise / (s**2 / 2) ** 2, inverse_snr)


CLAIMS = (
    mirroring_a_score_keeps_its_even_moments,
    so_the_rectifier_halves_the_noise,
    the_plain_rectifier_is_the_first_power,
    the_shipped_closed_form_is_this_one,
)
FALSE = (false_twin_that_rectifies_the_signal_too,)
