"""Claim: to hold N pairs at a fixed ratio eps, a key needs O(N), O(log^2 N) or O(log N) dimensions.

    linear                      d = N / eps
    exponential, tau = sqrt(d)  d = (ln(N/eps)/2 + 1)^2
    exponential, tau = 2        d = 2 ln(N/eps)

with 1/SNR = N times the noise of one pair, at the typical norm s^2 = d.

Used by:  refmem.studies.capacity.approximations
Source:   Zhong et al. 2025, arXiv:2505.19488 (the first two orders; the rest is worked out here)
Method:   each width is put back into its formula; limits give the order.
"""

import sympy as sp

from refmem.studies.capacity.approximations import (
    short_required_dim_best,
    short_required_dim_linear,
    short_required_dim_usual,
)

from ..proving.digits import same_digits
from ..proving.statement import Equation
from ..proving.symbols import s, tau
from .exponential import inverse_snr as inverse_snr_exponential
from .linear import inverse_snr as inverse_snr_linear

N, eps = sp.symbols("N eps", positive=True)
load = sp.Symbol("load", positive=True)  # ln(N/eps) > 0: more pairs than noise allowed

dimension_linear = N / eps
dimension_usual = (sp.log(N / eps) / 2 + 1) ** 2
dimension_best = 2 * sp.log(N / eps)


def the_linear_kernel_needs_a_dimension_a_pair():
    """N/d = eps."""
    noise = inverse_snr_linear.subs(s, sp.sqrt(dimension_linear))
    yield Equation(N * noise, eps)


def the_usual_temperature_needs_a_squared_logarithm():
    """N exp(2 - 2 sqrt(d)) = eps, so sqrt(d) = 1 + ln(N/eps)/2; here N = eps e^load."""
    root = load / 2 + 1
    noise = inverse_snr_exponential.subs({s: root, tau: root})
    yield Equation(eps * sp.exp(load) * noise, eps)
    yield Equation(dimension_usual.subs(N, eps * sp.exp(load)), root**2)


def the_best_temperature_needs_a_logarithm():
    """N exp(-d/2) = eps."""
    noise = inverse_snr_exponential.subs({s: sp.sqrt(2 * load), tau: 2})
    yield Equation(eps * sp.exp(load) * noise, eps)
    yield Equation(dimension_best.subs(N, eps * sp.exp(load)), 2 * load)


def the_orders_are_what_they_are_called():
    """d/N, d/ln(N)^2 and d/ln(N) tend to 1/eps, 1/4 and 2."""
    yield Equation(sp.Limit(dimension_linear / N, N, sp.oo), 1 / eps)
    yield Equation(sp.Limit(dimension_usual / sp.log(N) ** 2, N, sp.oo), sp.Rational(1, 4))
    yield Equation(sp.Limit(dimension_best / sp.log(N), N, sp.oo), 2)


def the_shipped_widths_are_these():
    """refmem.studies.capacity.approximations, N = 1000 and 1/SNR = 1/50."""
    at = {N: 1000, eps: sp.Rational(1, 50)}
    yield same_digits(short_required_dim_linear(1000, 50), dimension_linear.subs(at))
    yield same_digits(short_required_dim_usual(1000, 50), dimension_usual.subs(at))
    yield same_digits(short_required_dim_best(1000, 50), dimension_best.subs(at))


def false_twin_with_a_plain_logarithm_at_the_usual_temperature():
    """At tau = sqrt(d) the width 2 ln(N/eps) of the best temperature is not enough."""
    noise = inverse_snr_exponential.subs({s: sp.sqrt(2 * load), tau: sp.sqrt(2 * load)})
    yield Equation(eps * sp.exp(load) * noise, eps)


CLAIMS = (
    the_linear_kernel_needs_a_dimension_a_pair,
    the_usual_temperature_needs_a_squared_logarithm,
    the_best_temperature_needs_a_logarithm,
    the_orders_are_what_they_are_called,
    the_shipped_widths_are_these,
)
FALSE = (false_twin_with_a_plain_logarithm_at_the_usual_temperature,)
