"""Claim: the best temperature of the exponential kernel is tau = 2, at every width.

    2 (1 - tau)/tau^2 = -1/2 + (tau - 2)^2 / (2 tau^2)        so  1/SNR >= exp(-s^2/2)

with equality at tau = 2 alone. Colder than that the noise's heavy tail wins, warmer the signal
fades; at tau = 1 nothing is left of the advantage.

Used by:  refmem.studies.capacity.best_tau
Source:   worked out here
Method:   completing a square, which also proves that the optimum is global.
"""

import sympy as sp

from refmem.studies.capacity import best_tau as shipped_best_tau
from refmem.studies.capacity import log_inverse_snr

from ..proving.digits import same_digits
from ..proving.statement import Equation, Inequality
from ..proving.symbols import d, s, tau
from .exponential import inverse_snr as inverse_snr_at

best_tau = sp.Integer(2)
inverse_snr = sp.exp(-(s**2) / 2)
exponent = 2 * (1 - tau) / tau**2


def the_exponent_is_a_square_above_its_least_value():
    """2 (1 - tau)/tau^2 + 1/2 = (tau - 2)^2/(2 tau^2), which is never negative."""
    yield Equation(sp.log(inverse_snr_at).expand(force=True), sp.expand(s**2 * exponent))
    yield Equation(exponent + sp.S.Half, (tau - 2) ** 2 / (2 * tau**2))
    yield Inequality(0, (tau - 2) ** 2 / (2 * tau**2))


def the_least_value_is_at_two():
    """There 1/SNR = exp(-s^2/2), or exp(-d/2) at s^2 = d, and the slope of the exponent is 0."""
    yield Equation(inverse_snr_at.subs(tau, best_tau), inverse_snr)
    yield Equation(sp.Subs(inverse_snr, s, sp.sqrt(d)), sp.exp(-d / 2))
    yield Equation(sp.Subs(sp.Derivative(exponent, tau), tau, best_tau), 0)


def at_one_the_key_length_no_longer_helps():
    """tau = 1: the exponent is 0, every other pair is as loud as the signal."""
    yield Equation(sp.Subs(exponent, tau, 1), 0)


def the_shipped_temperature_is_this():
    """refmem.studies.capacity.best_tau at d = 11, and a little beside it 1/SNR is larger."""
    yield same_digits(shipped_best_tau("exp", dim=11), best_tau)
    found = [log_inverse_snr("exp", pairs=2, dim=11, tau=2 + step / 8) for step in (-1, 0, 1)]
    yield Equation(sp.Integer(found.index(min(found))), 1)


def false_twin_at_the_usual_temperature():
    """sqrt(d) is not stationary unless d = 4."""
    yield Equation(sp.diff(exponent, tau).subs(tau, sp.sqrt(d)), 0)


CLAIMS = (
    the_exponent_is_a_square_above_its_least_value,
    the_least_value_is_at_two,
    at_one_the_key_length_no_longer_helps,
    the_shipped_temperature_is_this,
)
FALSE = (false_twin_at_the_usual_temperature,)
