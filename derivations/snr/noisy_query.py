"""Claim: a query at cosine rho to its key costs a factor rho, and wants a warmer softmax.

q = rho k_i + sqrt(1 - rho^2) k_perp with |q| = |k_i| = s: the signal sees rho s^2, the noise |q|.

    linear        1/SNR = 1 / (rho^2 s^2)
    (x . y)^p     1/SNR = (2p - 1)!! / (rho^2 s^2)^p
    exponential   1/SNR = exp(2 s^2 (1 - rho tau)/tau^2)       best tau = 2/rho, exp(-rho^2 s^2/2)

So s is replaced by rho s, at the best temperature: noise in the query narrows the key.

Used by:  refmem.studies.capacity.gaussian, refmem.studies.capacity.best_tau
Source:   worked out here
Method:   the other keys only see the norm of the query (snr/gaussian_keys), the stored one only its
          cosine; a completed square gives the best temperature.
"""

import sympy as sp

from refmem.studies.capacity.gaussian import exponential, polynomial

from ..proving.averages import gaussian, shipped
from ..proving.statement import Equation, Inequality
from ..proving.symbols import s, tau, z
from .exponential import inverse_snr as inverse_snr_clean_exponential
from .linear import inverse_snr as inverse_snr_clean_linear

rho = sp.Symbol("rho", positive=True)
p = sp.Symbol("p", integer=True, positive=True)
inverse_snr_linear = 1 / (rho * s) ** 2
inverse_snr_polynomial = sp.factorial2(2 * p - 1) / (rho * s) ** (2 * p)
inverse_snr_exponential = sp.exp(2 * s**2 * (1 - rho * tau) / tau**2)
best_tau = 2 / rho


def noise_over_signal(kernel):
    return gaussian(kernel(s * z) ** 2, z) / kernel(rho * s**2) ** 2


def the_query_keeps_its_norm_and_its_cosine():
    """In the plane of k_i = (s, 0) and a perpendicular of that norm: |q| = s, q.k_i = rho s^2."""
    stored, across = sp.Matrix([s, 0]), sp.Matrix([0, s])
    query = rho * stored + sp.sqrt(1 - rho**2) * across
    yield Equation(query.dot(query), s**2)
    yield Equation(query.dot(stored), rho * s**2)


def the_closed_forms_follow():
    """Only the signal has changed, from kernel(s^2) to kernel(rho s^2)."""
    yield Equation(noise_over_signal(lambda score: score), inverse_snr_linear)
    power = inverse_snr_polynomial.rewrite(sp.gamma)
    yield Equation(noise_over_signal(lambda score: score**p), power)
    yield Equation(noise_over_signal(lambda score: sp.exp(score / tau)), inverse_snr_exponential)


def the_best_temperature_is_two_over_the_cosine():
    """2 (1 - rho tau)/tau^2 = -rho^2/2 + (rho tau - 2)^2/(2 tau^2), least at tau = 2/rho."""
    rest = (rho * tau - 2) ** 2 / (2 * tau**2)
    yield Equation(2 * (1 - rho * tau) / tau**2, -(rho**2) / 2 + rest)
    yield Inequality(0, rest)
    best = inverse_snr_exponential.subs(tau, best_tau)
    yield Equation(best, sp.exp(-((rho * s) ** 2) / 2))


def an_exact_query_gives_the_clean_forms_back():
    """rho = 1."""
    yield Equation(inverse_snr_linear.subs(rho, 1), inverse_snr_clean_linear)
    yield Equation(inverse_snr_exponential.subs(rho, 1), inverse_snr_clean_exponential)


def the_shipped_closed_forms_are_these():
    """refmem.studies.capacity.gaussian on symbols: powers 1 to 3, and the exponential."""
    for power in (1, 2, 3):
        closed = sp.Subs(inverse_snr_polynomial, p, power)
        yield Equation(shipped(polynomial(power, s**2, rho)), closed)
    yield Equation(shipped(exponential(s**2, tau, rho)), inverse_snr_exponential)


def false_twin_that_shortens_the_noise_too():
    """Replacing s by rho s everywhere is wrong at a fixed temperature: the query is not shorter."""
    shortened = inverse_snr_clean_exponential.subs(s, rho * s)
    yield Equation(noise_over_signal(lambda score: sp.exp(score / tau)), shortened)


CLAIMS = (
    the_query_keeps_its_norm_and_its_cosine,
    the_closed_forms_follow,
    the_best_temperature_is_two_over_the_cosine,
    an_exact_query_gives_the_clean_forms_back,
    the_shipped_closed_forms_are_these,
)
FALSE = (false_twin_that_shortens_the_noise_too,)
