"""Claim: noise sigma added to every entry of the query makes it longer, which an exponential hates.

q = k_i + sigma eps, eps standard normal in d dimensions. Mean noise over mean squared signal:

    linear        (s^2 + sigma^2 d) / (s^4 + sigma^2 s^2)
    exponential   g^(-d/2) exp(2 s^2/(g tau^2) - 2 s^2/tau - 2 sigma^2 s^2/tau^2)
                  g = 1 - 4 sigma^2/tau^2, for tau > 2 sigma; infinite otherwise

The factor g^(-d/2) grows exponentially with d: rescale a noisy query (snr/noisy_query), or use a
temperature well above 2 sigma sqrt(d).

Used by:  refmem.studies.capacity.added_noise
Source:   worked out here
Method:   given q, another key's noise is exp(2 |q|^2/tau^2); |q|^2 is a sum over coordinates, one
          along k_i and d - 1 across, and each is a Gaussian integral.
"""

import sympy as sp

from refmem.studies.capacity import added_noise

from ..proving.averages import gaussian, shipped
from ..proving.statement import Equation
from ..proving.symbols import d, s, tau, z
from .exponential import inverse_snr as inverse_snr_clean

sigma = sp.Symbol("sigma", positive=True)
g = sp.Symbol("g", positive=True)  # what remains of a coordinate's decay, as a symbol
shrunk = 1 - 4 * sigma**2 / tau**2  # and as an expression

inverse_snr_linear = (s**2 + sigma**2 * d) / (s**4 + sigma**2 * s**2)
inverse_snr_exponential = shrunk ** (-d / 2) * sp.exp(
    2 * s**2 / (tau**2 - 4 * sigma**2) - 2 * s**2 / tau - 2 * sigma**2 * s**2 / tau**2
)


def the_linear_noise_is_the_length_of_the_query():
    """|q|^2 is (s + sigma z)^2 along k_i and (sigma z)^2 in d - 1 others; c = s (s + sigma z)."""
    along, across = gaussian((s + sigma * z) ** 2, z), gaussian((sigma * z) ** 2, z)
    signal = gaussian((s * (s + sigma * z)) ** 2, z)
    yield Equation(along + (d - 1) * across, s**2 + sigma**2 * d)
    yield Equation(signal, s**4 + sigma**2 * s**2)


def integral(exponent):
    return sp.Integral(sp.exp(exponent) / sp.sqrt(2 * sp.pi), (z, -sp.oo, sp.oo))


def one_coordinate_across_costs_a_root():
    """E exp(2 (sigma z)^2/tau^2) = 1/sqrt(g): only g of the decay of the Gaussian is left."""
    yield Equation(2 * (sigma * z) ** 2 / tau**2 - z**2 / 2, -shrunk * z**2 / 2)
    yield Equation(integral(-g * z**2 / 2), 1 / sp.sqrt(g))


def the_coordinate_along_the_key_costs_more():
    """E exp(2 (s + sigma z)^2/tau^2) = exp(2 s^2/(g tau^2))/sqrt(g); its linear term is c z."""
    c = sp.Symbol("c", positive=True)
    linear = 4 * s * sigma / tau**2
    exponent = 2 * (s + sigma * z) ** 2 / tau**2 - z**2 / 2
    yield Equation(exponent, 2 * s**2 / tau**2 + linear * z - shrunk * z**2 / 2)
    yield Equation(integral(c * z - g * z**2 / 2), sp.exp(c**2 / (2 * g)) / sp.sqrt(g))
    total = 2 * s**2 / tau**2 + linear**2 / (2 * shrunk)
    yield Equation(total, 2 * s**2 / (shrunk * tau**2))


def noise_over_signal_is_the_closed_form():
    """d coordinates give g^(-d/2); the mean squared signal is E exp(2 (s^2 + sigma s z)/tau)."""
    signal = sp.exp(2 * s**2 / tau + 2 * sigma**2 * s**2 / tau**2)
    yield Equation(gaussian(sp.exp(2 * (s**2 + sigma * s * z) / tau), z), signal)
    noise = shrunk ** (-d / 2) * sp.exp(2 * s**2 / (shrunk * tau**2))
    yield Equation(noise / signal / inverse_snr_exponential, 1)


def without_noise_the_clean_form_returns():
    """sigma = 0."""
    yield Equation(inverse_snr_exponential.subs(sigma, 0), inverse_snr_clean)


def the_shipped_closed_forms_are_these():
    """refmem.studies.capacity.added_noise on symbols."""
    yield Equation(shipped(added_noise.linear(s**2, d, sigma)), inverse_snr_linear)
    exponential = shipped(added_noise.exponential(s**2, d, tau, sigma))
    yield Equation(exponential / inverse_snr_exponential, 1)


def false_twin_that_averages_the_length_first():
    """E exp is not exp E: using E |q|^2 loses the divergence at tau = 2 sigma."""
    yield Equation(integral(-g * z**2 / 2), sp.exp((1 - g) / 2))


CLAIMS = (
    the_linear_noise_is_the_length_of_the_query,
    one_coordinate_across_costs_a_root,
    the_coordinate_along_the_key_costs_more,
    noise_over_signal_is_the_closed_form,
    without_noise_the_clean_form_returns,
    the_shipped_closed_forms_are_these,
)
FALSE = (false_twin_that_averages_the_length_first,)
