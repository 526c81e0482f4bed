"""Claim: if the norm of the key read with is random too, short keys dominate the average.

With k_i standard Gaussian in d dimensions, s^2 is chi-square with d degrees of freedom:

    linear         E 1/s^2      = 1/(d - 2)                                  d > 2
    (x . y)^p      E 1/s^(2p)   = Gamma(d/2 - p) / (2^p Gamma(d/2))          d > 2p
    exponential    E e^(-a s^2) = (1 + 2a)^(-d/2)      a = 2 (tau - 1)/tau^2, any a > -1/2
    SoLU           (1 + 2a)^(1 - d/2) / (d - 2) + (4/tau^2) (1 + 2a)^(-d/2)

The averages exceed the values at the typical norm s^2 = d, the exponential's by the most, so a
simulation must fix the norms or be compared with these.

Used by:  refmem.studies.capacity.averaged
Source:   worked out here
Method:   integrals of the chi-square density; the inequality by the sign of a derivative.
"""

import sympy as sp

from refmem.studies.capacity import averaged

from ..proving.averages import chi_square, expression
from ..proving.statement import Equation, Inequality

t = sp.Symbol("t", positive=True)  # s^2
d = sp.Symbol("d", positive=True)
a = sp.Symbol("a", positive=True)
tau = sp.Symbol("tau", positive=True)
p = sp.Symbol("p", integer=True, positive=True)
more = sp.Symbol("n", positive=True)  # d beyond the least width at which the average is finite

inverse_snr_linear = 1 / (d - 2)
inverse_snr_polynomial_moment = sp.gamma(d / 2 - p) / (2**p * sp.gamma(d / 2))
inverse_snr_exponential = (1 + 2 * a) ** (-d / 2)
inverse_snr_solu = (1 + 2 * a) ** (1 - d / 2) / (d - 2) + 4 / tau**2 * (1 + 2 * a) ** (-d / 2)


def the_linear_kernel_loses_two_dimensions():
    """E 1/s^2 = 1/(d - 2), infinite for d <= 2: write d = 2 + n."""
    yield Equation(chi_square(1 / t, t, 2 + more), inverse_snr_linear.subs(d, 2 + more))


def a_power_loses_two_dimensions_a_degree():
    """E s^(-2p) needs d > 2p: write d = 2p + n."""
    width = 2 * p + more
    closed = inverse_snr_polynomial_moment.subs(d, width)
    yield Equation(chi_square(t**-p, t, width), closed)


def the_exponential_kernel_averages_to_a_power():
    """E exp(-a s^2) is the generating function of the chi-square distribution."""
    yield Equation(chi_square(sp.exp(-a * t), t, d), inverse_snr_exponential)


def solu_needs_both():
    """E (1/s^2 + 4/tau^2) e^(-a s^2), term by term."""
    solu = chi_square(sp.exp(-a * t) / t, t, 2 + more)
    rest = 4 / tau**2 * chi_square(sp.exp(-a * t), t, 2 + more)
    yield Equation(solu + rest, inverse_snr_solu.subs(d, 2 + more))


def the_average_exceeds_the_value_at_the_typical_norm():
    """(1 + 2a)^(-d/2) >= e^(-a d): 2a - ln(1 + 2a) is 0 at a = 0, its slope 4a/(1 + 2a) >= 0."""
    gap = 2 * a - sp.log(1 + 2 * a)
    yield Equation(sp.log(inverse_snr_exponential) + a * d, d / 2 * gap)
    yield Equation(gap.subs(a, 0), 0)
    yield Equation(sp.Derivative(gap, a), 4 * a / (1 + 2 * a))
    yield Inequality(0, 4 * a / (1 + 2 * a))


def the_shipped_closed_form_is_this_one():
    """refmem.studies.capacity.averaged.exponential on symbols."""
    yield Equation(expression(averaged.exponential(a, d)), inverse_snr_exponential)


def false_twin_at_the_typical_norm():
    """Putting s^2 = d into 1/s^2 is not averaging it."""
    yield Equation(chi_square(1 / t, t, 2 + more), 1 / (2 + more))


CLAIMS = (
    the_linear_kernel_loses_two_dimensions,
    a_power_loses_two_dimensions_a_degree,
    the_exponential_kernel_averages_to_a_power,
    solu_needs_both,
    the_average_exceeds_the_value_at_the_typical_norm,
    the_shipped_closed_form_is_this_one,
)
FALSE = (false_twin_at_the_typical_norm,)
