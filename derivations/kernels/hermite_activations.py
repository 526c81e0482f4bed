"""Claim: ReLU and GELU have Hermite coefficients in closed form, with only even ones beyond a_1.

    ReLU   a_0 = 1/sqrt(2 pi)      a_1 = 1/2    a_(2j+2) = (-1/2)^j (2j)! / (j! sqrt(2 pi))
    GELU   a_0 = 1/(2 sqrt(pi))    a_1 = 1/2    a_(2j+2) = (-1/4)^j (2j)! (6 + 4j)/(8 sqrt(pi) j!)

for act(z) = sum_n a_n He_n(z)/n!. GELU is the smoother: its coefficients fall by another 2^-j.

Used by:  refmem.studies.capacity.gaussian.gelu (its mean, a_0 at s = 1)
Source:   worked out here
Method:   the coefficients are derivatives at 0 of g(r) = E act(z + r) (kernels/hermite); two
          derivatives of g leave a Gaussian times a polynomial, whose series is known.
"""

import sympy as sp

from refmem.studies.capacity.gaussian import gelu

from ..proving.averages import gaussian
from ..proving.digits import same_digits
from ..proving.statement import Equation
from ..proving.symbols import z
from .arc_cosine import order_1 as arc_cosine
from .arc_cosine import theta

r = sp.Symbol("r", real=True)
j = sp.Symbol("j", integer=True, nonnegative=True)
sqrt2, sqrt_pi = sp.sqrt(2), sp.sqrt(sp.pi)

smoothed_relu = r * (1 + sp.erf(r / sqrt2)) / 2 + sp.exp(-(r**2) / 2) / sp.sqrt(2 * sp.pi)
smoothed_gelu = r * (1 + sp.erf(r / 2)) / 2 + sp.exp(-(r**2) / 4) / (2 * sqrt_pi)
coefficient_relu = (
    sp.Rational(-1, 2) ** j * sp.factorial(2 * j) / (sp.factorial(j) * sp.sqrt(2 * sp.pi))
)
coefficient_gelu = (
    sp.Rational(-1, 4) ** j * sp.factorial(2 * j) * (6 + 4 * j) / (8 * sqrt_pi * sp.factorial(j))
)


def a_smoothed_relu_is_a_half_line_integral():
    """(r Phi(z) - phi(z))' = (z + r) phi(z), from z = -r up: E ReLU(z + r) = r Phi(r) + phi(r)."""
    density = sp.exp(-(z**2) / 2) / sp.sqrt(2 * sp.pi)
    whole = r * (1 + sp.erf(z / sqrt2)) / 2 - density
    yield Equation(sp.Derivative(whole, z), (z + r) * density)
    yield Equation(sp.Limit(whole, z, sp.oo) - whole.subs(z, -r), smoothed_relu)
    yield Equation(smoothed_relu.subs(r, 0), 1 / sp.sqrt(2 * sp.pi))
    yield Equation(sp.diff(smoothed_relu, r).subs(r, 0), sp.S.Half)


def its_second_derivative_is_the_density():
    """g'' = exp(-r^2/2)/sqrt(2 pi) = sum (-1/2)^j r^(2j)/j! /sqrt(2 pi): times (2j)!, a_(2j+2)."""
    yield Equation(sp.diff(smoothed_relu, r, 2), sp.exp(-(r**2) / 2) / sp.sqrt(2 * sp.pi))
    series = sp.Sum(coefficient_relu * r ** (2 * j) / sp.factorial(2 * j), (j, 0, sp.oo))
    yield Equation(series, sp.exp(-(r**2) / 2) / sp.sqrt(2 * sp.pi))


def smoothing_a_distribution_function_widens_it():
    """E Phi(z + r) = Phi(r/sqrt(2)): equal slopes E phi(z + r), both 1/2 at r = 0 by symmetry."""
    slope = sp.exp(-((z + r) ** 2) / 2) / sp.sqrt(2 * sp.pi)
    yield Equation(gaussian(slope, z), sp.diff((1 + sp.erf(r / 2)) / 2, r))
    yield Equation(sp.erf(z) + sp.erf(-z), 0)


def so_a_smoothed_gelu_is_a_wider_smoothed_relu():
    """E (z + r) Phi(z + r) = r E Phi + E phi by Stein (snr/activation); a_0, a_1 as claimed."""
    slope = sp.diff((1 + sp.erf(r / 2)) / 2, r)
    yield Equation(r * (1 + sp.erf(r / 2)) / 2 + slope, smoothed_gelu)
    yield Equation(smoothed_gelu.subs(r, 0), 1 / (2 * sqrt_pi))
    yield Equation(sp.diff(smoothed_gelu, r).subs(r, 0), sp.S.Half)


def its_second_derivative_is_a_gaussian_times_a_polynomial():
    """g'' = (6 - r^2) exp(-r^2/4)/(8 sqrt(pi)): 6 c_j - c_(j-1) at r^(2j), c_j = (-1/4)^j/j!."""
    second = (6 - r**2) * sp.exp(-(r**2) / 4) / (8 * sqrt_pi)
    yield Equation(sp.diff(smoothed_gelu, r, 2), second)
    c = sp.Rational(-1, 4) ** j / sp.factorial(j)
    previous = -4 * j * c  # c_(j-1), which is 0 at j = 0
    yield Equation(c.subs(j, j + 1), -c / (4 * (j + 1)))
    yield Equation((6 * c - previous) / (8 * sqrt_pi) * sp.factorial(2 * j), coefficient_gelu)


def the_squares_of_relus_coefficients_are_the_arc_cosine_kernel():
    """With rho = cos(theta), two derivatives in rho leave 1/(2 pi sqrt(1 - rho^2)) on each side."""
    slope = sp.diff(arc_cosine, theta) / -sp.sin(theta)
    second = sp.diff(slope, theta) / -sp.sin(theta)
    yield Equation(second, 1 / (2 * sp.pi * sp.sin(theta)))
    term = coefficient_relu**2 / sp.factorial(2 * j)
    yield Equation(term, sp.binomial(2 * j, j) / 4**j / (2 * sp.pi))
    grown = (2 * j + 1) / (2 * j + 2)  # from j to j + 1; so does the series of 1/sqrt(1 - x)
    yield Equation(term.subs(j, j + 1), grown * term)
    yield Equation((-sp.S.Half - j) / (j + 1) * -1, grown)


def the_shipped_gelu_has_this_mean():
    """refmem.studies.capacity.gaussian.gelu, its squared mean at s = 1: a_0^2."""
    _, mean, _ = gelu(1, 1)
    yield same_digits(mean.factor, smoothed_gelu.subs(r, 0) ** 2)


def false_twin_with_relus_rate_for_gelu():
    """(-1/2)^j in place of (-1/4)^j."""
    yield Equation(coefficient_gelu * 2**j, coefficient_gelu)


CLAIMS = (
    a_smoothed_relu_is_a_half_line_integral,
    its_second_derivative_is_the_density,
    smoothing_a_distribution_function_widens_it,
    so_a_smoothed_gelu_is_a_wider_smoothed_relu,
    its_second_derivative_is_a_gaussian_times_a_polynomial,
    the_squares_of_relus_coefficients_are_the_arc_cosine_kernel,
    the_shipped_gelu_has_this_mean,
)
FALSE = (false_twin_with_relus_rate_for_gelu,)
