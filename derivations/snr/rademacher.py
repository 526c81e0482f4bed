"""Claim: for keys of random signs every ratio is a finite expression in d.

Keys have d entries of +1 or -1 with equal chance, so s^2 = d for each of them:

    linear        1/SNR = 1/d                  ReLU     1/(2d)
    (x . y)^2     1/SNR = (3d - 2)/d^3         cube     (15 d^2 - 30 d + 16)/d^5
    exponential   1/SNR = ((1 + e^(-4/tau))/2)^d

As tau falls the exponential tends to 2^-d: only an equal key still disturbs.

Used by:  refmem.studies.capacity.rademacher
Source:   worked out here
Method:   a score is a sum of d independent signs, so E e^(theta score) = cosh(theta)^d by induction
          on d; its derivatives at theta = 0 are the moments.
"""

import sympy as sp

from refmem.studies.capacity import log_inverse_snr

from ..proving.digits import same_digits
from ..proving.statement import Equation
from ..proving.symbols import d, tau

theta = sp.Symbol("theta", real=True)
generating_function = sp.cosh(theta) ** d
inverse_snr_linear = 1 / d
inverse_snr_relu = 1 / (2 * d)
inverse_snr_square = (3 * d - 2) / d**3
inverse_snr_cube = (15 * d**2 - 30 * d + 16) / d**5
inverse_snr_exponential = ((1 + sp.exp(-4 / tau)) / 2) ** d


def moment(order):
    return sp.Subs(sp.Derivative(generating_function, (theta, order)), theta, 0)


def a_sum_of_signs_has_a_power_of_cosh():
    """One sign: (e^theta + e^-theta)/2 = cosh theta. One more independent sign: one more factor."""
    one_sign = (sp.exp(theta) + sp.exp(-theta)) / 2
    yield Equation(one_sign, sp.cosh(theta).rewrite(sp.exp))
    yield Equation(generating_function.subs(d, d - 1) * sp.cosh(theta), generating_function)


def powers_of_the_score_are_derivatives_at_zero():
    """E score^(2p) over the squared signal d^(2p), for p = 1, 2, 3."""
    yield Equation(moment(2) / d**2, inverse_snr_linear)
    yield Equation(moment(4) / d**4, inverse_snr_square)
    yield Equation(moment(6) / d**6, inverse_snr_cube)


def the_rectifier_halves_the_linear_noise():
    """Scores come in pairs of opposite sign, so half of E score^2 is positive."""
    yield Equation(generating_function.subs(theta, -theta), generating_function)
    yield Equation(moment(2) / 2 / d**2, inverse_snr_relu)


def the_exponential_kernel_is_the_generating_function():
    """Noise cosh(2/tau)^d over the squared signal e^(2d/tau): (cosh(2/tau) e^(-2/tau))^d."""
    one_entry = sp.cosh(2 / tau).rewrite(sp.exp) * sp.exp(-2 / tau)
    yield Equation(generating_function.subs(theta, 2 / tau), sp.cosh(2 / tau) ** d)
    yield Equation(sp.factor(sp.expand(one_entry)) ** d, inverse_snr_exponential)


def at_low_temperature_only_an_equal_key_disturbs():
    """(1 + e^(-4/tau))/2 tends to 1/2: the chance that one sign agrees."""
    yield Equation(sp.Limit((1 + sp.exp(-4 / tau)) / 2, tau, 0), sp.S.Half)


def the_shipped_moments_are_these():
    """refmem.studies.capacity.log_inverse_snr over signs, d = 6: linear, ReLU, exp at tau = 2."""
    for kernel, derived in (
        ("linear", inverse_snr_linear),
        ("relu", inverse_snr_relu),
        ("exp", inverse_snr_exponential),
    ):
        found = log_inverse_snr(kernel, pairs=2, dim=6, tau=2, keys="rademacher")
        yield same_digits(found, sp.log(derived.subs({d: 6, tau: 2})))


def false_twin_with_the_gaussian_fourth_moment():
    """Signs have lighter tails than a Gaussian: 3 d^2 - 2 d, not 3 d^2."""
    yield Equation(moment(4), 3 * d**2)


CLAIMS = (
    a_sum_of_signs_has_a_power_of_cosh,
    powers_of_the_score_are_derivatives_at_zero,
    the_rectifier_halves_the_linear_noise,
    the_exponential_kernel_is_the_generating_function,
    at_low_temperature_only_an_equal_key_disturbs,
    the_shipped_moments_are_these,
)
FALSE = (false_twin_with_the_gaussian_fourth_moment,)
