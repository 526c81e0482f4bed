"""Claim: a sample of N scores shows the exponential kernel's mean noise only if it is warm enough.

    part of E exp(2 s z/tau) that comes from z < c      Phi(c - 2 s/tau)
    chance that a score exceeds c = sqrt(2 ln N)        at most 1/N
    half of the mean lies below that c at               tau = s sqrt(2/ln N)

Colder than tau = sqrt(2 d/ln N) (at s^2 = d) the mean is made by scores that a sample of N does not
hold, and a simulation reports too little noise: compare logarithms, or the part below c.

Used by:  refmem.studies.capacity.least_tau
Source:   worked out here; the bound is Chernoff's
Method:   the truncated mean by its derivative in c; the tail by E exp(c z) exp(-c^2).
Assumes:  - P(z > c) <= E exp(c (z - c)), as the exponential is at least 1 there (Markov)
"""

import sympy as sp

from refmem.studies.capacity import least_tau as shipped_least_tau

from ..proving.averages import gaussian
from ..proving.digits import same_digits
from ..proving.statement import Equation
from ..proving.symbols import d, s, tau, z

c = sp.Symbol("c", real=True)
a = sp.Symbol("a", positive=True)  # 2 s/tau
load = sp.Symbol("ln(N)", positive=True)


def distribution(x):
    """Phi, the standard normal distribution function."""
    return (1 + sp.erf(x / sp.sqrt(2))) / 2


part_below = distribution(c - 2 * s / tau)
least_tau = s * sp.sqrt(2 / load)


def the_weighted_scores_are_normal_around_a():
    """d/dc of e^(a^2/2) Phi(c - a) is e^(a c) times the density at c; both vanish as c -> -oo."""
    density = sp.exp(-(c**2) / 2) / sp.sqrt(2 * sp.pi)
    truncated = sp.exp(a**2 / 2) * distribution(c - a)
    yield Equation(sp.Derivative(truncated, c), sp.exp(a * c) * density)
    yield Equation(sp.Limit(truncated, c, -sp.oo), 0)


def its_part_of_the_whole_is_a_distribution_function():
    """The whole mean is e^(a^2/2); with a = 2 s/tau the part below c is Phi(c - 2 s/tau)."""
    whole = gaussian(sp.exp(a * z), z)
    truncated = sp.exp(a**2 / 2) * distribution(c - a)
    yield Equation((truncated / whole).subs(a, 2 * s / tau), part_below)


def a_sample_of_n_seldom_exceeds_the_root_of_two_logarithms():
    """E exp(c (z - c)) = exp(-c^2/2), which is 1/N at c = sqrt(2 ln N): once in N on average."""
    bound = gaussian(sp.exp(c * (z - c)), z)
    yield Equation(bound, sp.exp(-(c**2) / 2))
    yield Equation(sp.exp(-(c**2) / 2).subs(c, sp.sqrt(2 * load)), sp.exp(-load))


def half_of_the_mean_is_seen_at_the_least_temperature():
    """c = 2 s/tau there, and Phi(0) = 1/2; at s^2 = d it is sqrt(2 d/ln N)."""
    edge = {c: sp.sqrt(2 * load), tau: least_tau}
    yield Equation(part_below.subs(edge), sp.S.Half)
    yield Equation(least_tau.subs(s, sp.sqrt(d)), sp.sqrt(2 * d / load))


def the_shipped_temperature_is_this():
    """refmem.studies.capacity.least_tau for 512 pairs, s = 8."""
    derived = least_tau.subs({load: sp.log(512), s: 8})
    yield same_digits(shipped_least_tau(512, 64), derived)


def false_twin_that_does_not_square_the_kernel():
    """The noise is the square of the kernel: its exponent is 2 s/tau, not s/tau."""
    yield Equation(part_below.subs({c: sp.sqrt(2 * load), tau: least_tau / 2}), sp.S.Half)


CLAIMS = (
    the_weighted_scores_are_normal_around_a,
    its_part_of_the_whole_is_a_distribution_function,
    a_sample_of_n_seldom_exceeds_the_root_of_two_logarithms,
    half_of_the_mean_is_seen_at_the_least_temperature,
    the_shipped_temperature_is_this,
)
FALSE = (false_twin_that_does_not_square_the_kernel,)
