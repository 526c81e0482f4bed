"""Claim: a gated unit multiplies the ratios of its two kernels: ReGLU has 1/SNR = 1/(2 s^4).

    kappa(x) = ReLU(g_i . x) (u_i . x)       g_i and u_i the gate key and the up key of pair i
    1/SNR = (1/(2 s^2)) (1/s^2)              both keys of the stored pair matched by x, |x| = s

A gated linear unit is a product kernel. Independent keys make the averages multiply, so it
reaches the squared kernel's power with a sixth of its noise: (2p - 1)!! = 3 at p = 2.

Used by:  refmem.studies.capacity.ffn_inverse_snr
Source:   worked out here
Method:   the double integral over two independent scores is the product of two single ones.
"""

import sympy as sp

from refmem.studies.capacity.feedforward import log_ffn_inverse_snr

from ..proving.averages import gaussian, noise_over_signal
from ..proving.digits import same_digits
from ..proving.statement import Equation
from ..proving.symbols import s, z
from .linear import inverse_snr as inverse_snr_linear
from .polynomial import inverse_snr as inverse_snr_polynomial
from .polynomial import p
from .relu import inverse_snr as inverse_snr_relu

inverse_snr = 1 / (2 * s**4)
gate, up = sp.symbols("gate up", real=True)  # the two scores over s: independent standard normals


def independent_scores_average_one_by_one():
    """E ReLU(s gate)^2 (s up)^2 is E ReLU(s gate)^2 times E (s up)^2 = (s^2/2) s^2."""
    noise = gaussian(gaussian((s * gate) ** 2 * (s * up) ** 2, gate, lower=0), up)
    yield Equation(noise, gaussian((s * z) ** 2, z, lower=0) * gaussian((s * z) ** 2, z))
    yield Equation(noise, s**4 / 2)


def the_signal_multiplies_as_well():
    """g_i = u_i = x gives c = ReLU(s^2) s^2 = s^4; noise s^4/2 over s^8 is 1/(2 s^4)."""
    signal = s**2 * s**2
    noise = gaussian((s * z) ** 2, z, lower=0) * gaussian((s * z) ** 2, z)
    yield Equation(noise / signal**2, inverse_snr)


def so_the_ratio_is_the_product_of_the_two_kernels_ratios():
    """ReLU's 1/(2 s^2) times the linear kernel's 1/s^2."""
    yield Equation(inverse_snr, inverse_snr_relu * inverse_snr_linear)
    yield Equation(inverse_snr, inverse_snr_polynomial.subs(p, 2) / 6)


def the_shipped_gated_unit_is_this():
    """refmem.studies.capacity.feedforward.log_ffn_inverse_snr: two ReLU units, gated, s = 3."""
    found = log_ffn_inverse_snr("relu", width=2, dim=9, gated=True)
    yield same_digits(found, sp.log(inverse_snr.subs(s, 3)))


def false_twin_with_one_key_for_both():
    """If gate and up key are one vector the scores are equal: ReLU(x) x = ReLU(x)^2, 3/(2 s^4)."""
    yield Equation(noise_over_signal(lambda score: score**2, half_line=True), inverse_snr)


CLAIMS = (
    independent_scores_average_one_by_one,
    the_signal_multiplies_as_well,
    so_the_ratio_is_the_product_of_the_two_kernels_ratios,
    the_shipped_gated_unit_is_this,
)
FALSE = (false_twin_with_one_key_for_both,)
