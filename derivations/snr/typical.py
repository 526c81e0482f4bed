"""Claim: a typical memory is clearer than the mean says, and wants the exponential colder than 2.

x = exp(2 (s z - s^2)/tau) is what another key of score s z/tau adds to 1/SNR, z standard normal. It
grows with z, so of one other key every quantile is that of z:

    quantile of 1/SNR        exp(2 (s z_q - s^2)/tau)           the median: exp(-2 s^2/tau)
    mean over median         exp(2 s^2/tau^2)
    share below the mean     Phi(s/tau)                         at tau = 2, s = 8: all but 3e-5

A key that scores less than the right one adds less the colder it is, whatever tau; a key that
scores more adds without bound. So a memory with no key as near as the right one is best as cold as
can be, and a share Phi(s)^(N - 1) of all memories is such: 1 - 3e-13 at d = 64, N = 512.

Used by:  refmem.studies.capacity.typical_inverse_snr, refmem.studies.capacity.share_below,
          refmem.studies.capacity.best_tau
Source:   worked out here; the sum of such x is the random energy model of Derrida 1981
Method:   signs of derivatives; then the shipped distribution of one other key and of two, inverted
          from its transform, and the shipped share of clear memories.
"""

import math

import sympy as sp

from refmem.studies.capacity.setting import setting
from refmem.studies.capacity.typical import euler, share_below, share_clear, typical_inverse_snr
from refmem.studies.capacity.values import STANDARD

from ..proving.digits import same_digits
from ..proving.statement import Equation, Inequality
from ..proving.symbols import s, tau, z
from .exponential import inverse_snr as mean

gap = sp.Symbol("g", positive=True)  # by how much a score is less than the right one
noise = sp.exp(2 * (s * z - s**2) / tau)
median = sp.exp(-2 * s**2 / tau)


def distribution(x):
    """Phi, the standard normal distribution function."""
    return (1 + sp.erf(x / sp.sqrt(2))) / 2


def a_quantile_of_the_noise_is_one_of_the_score():
    """dx/dz = 2 s x/tau > 0, and half of all z are below 0."""
    yield Equation(sp.Derivative(noise, z), 2 * s / tau * noise)
    yield Inequality(0, 2 * s / tau * noise)
    yield Equation(noise.subs(z, distribution(0) - sp.S.Half), median)


def the_mean_is_made_by_few():
    """Over the median it is exp(2 s^2/tau^2); x is below it where z < s/tau."""
    yield Equation(sp.simplify(sp.log(mean / median).expand(force=True)), 2 * s**2 / tau**2)
    at = sp.log(noise.subs(z, s / tau) / mean).expand(force=True)
    yield Equation(sp.simplify(at), 0)


def a_memory_without_a_nearer_key_is_the_clearer_the_colder():
    """d/dtau exp(-2 g/tau) = 2 g/tau^2 exp(-2 g/tau) >= 0, for every key, so for their sum; in the
    limit of tau = 0 nothing is left, and of a nearer key's inverse neither."""
    less = sp.exp(-2 * gap / tau)
    yield Inequality(0, sp.diff(less, tau))
    yield Equation(sp.Limit(less, tau, 0), 0)


def the_shipped_quantiles_of_one_other_key_are_these():
    """refmem.studies.capacity.typical_inverse_snr, s = 3, at the shares Phi(-1), Phi(0), Phi(1), to
    five digits of a logarithm; refmem.studies.capacity.share_below gives the shares back."""
    for z_q in (-1, 0, 1):
        share = float(distribution(z_q).evalf())
        exact = noise.subs({s: 3, tau: 2, z: z_q})
        shipped = typical_inverse_snr("exp", pairs=2, dim=9, tau=2, quantile=share)
        yield same_digits(math.log(shipped), sp.log(exact), 5)
        found = share_below("exp", float(exact), pairs=2, dim=9, tau=2)
        yield same_digits(found, distribution(z_q), 5)


def the_shipped_share_below_the_mean_is_this():
    """The same, at the mean: Phi(s/tau)."""
    at = {s: 3, tau: 2}
    found = share_below("exp", float(mean.subs(at)), pairs=2, dim=9, tau=2)
    yield same_digits(found, distribution(s / tau).subs(at), 5)


def the_shipped_share_of_two_other_keys_is_an_integral():
    """Of the linear kernel, s = 1: z_1^2 + z_2^2 <= x with the chance 1 - exp(-x/2)."""
    for x in (1, 2):
        found = share_below("linear", x, pairs=3, dim=1)
        yield same_digits(found, 1 - sp.exp(-sp.Rational(x, 2)), 5)


def the_shipped_inversion_is_right_for_an_exponential():
    """refmem.studies.capacity.typical.euler of 1/(1 + u), which is exp(-1), to six digits."""
    points, weights = euler(12)
    yield same_digits((weights / (1 + points)).real.sum(), sp.exp(-1), 6)


def the_shipped_share_of_clear_memories_is_a_power():
    """refmem.studies.capacity.typical.share_clear, s = 1, N = 4: Phi(1)^3."""
    chosen = setting("exp", 4, 1, 1, "gaussian", None, 1, 0, STANDARD)
    yield same_digits(share_clear(chosen), distribution(1) ** 3)


def false_twin_of_the_mean():
    """The median is not the mean exp(2 s^2 (1 - tau)/tau^2)."""
    yield Equation(median, mean)


CLAIMS = (
    a_quantile_of_the_noise_is_one_of_the_score,
    the_mean_is_made_by_few,
    a_memory_without_a_nearer_key_is_the_clearer_the_colder,
    the_shipped_quantiles_of_one_other_key_are_these,
    the_shipped_share_below_the_mean_is_this,
    the_shipped_share_of_two_other_keys_is_an_integral,
    the_shipped_inversion_is_right_for_an_exponential,
    the_shipped_share_of_clear_memories_is_a_power,
)
FALSE = (false_twin_of_the_mean,)
