"""Claim: only the length of values matters, and its average inverse is one integral.

v normal with mean m and variance c along each axis of its covariance:

    E |v|^2          = sum of c + m^2
    E exp(-u |v|^2)  = product of exp(-u m^2/(1 + 2 u c))/sqrt(1 + 2 u c)
    E 1/|v|^2        = integral over u > 0 of that          1/(d_v - 2) if all c = 1 and m = 0

Used by:  refmem.studies.capacity.Values
Source:   worked out here
Method:   axes of the covariance are independent; a completed square for each; 1/t is the integral
          of exp(-u t).
Assumes:  - average and integral may be exchanged, as the integrand is positive (Tonelli)
"""

import numpy as np
import sympy as sp

from refmem.studies.capacity import Values

from ..proving.averages import gaussian
from ..proving.digits import same_digits
from ..proving.statement import Equation
from ..proving.symbols import z

u, c, t = sp.symbols("u c t", positive=True)
m = sp.Symbol("m", real=True)
more = sp.Symbol("n", positive=True)  # d_v = n + 2
factor = sp.exp(-u * m**2 / (1 + 2 * u * c)) / sp.sqrt(1 + 2 * u * c)
entry = m + sp.sqrt(c) * z


def an_entry_has_its_variance_and_its_mean():
    """E (m + sqrt(c) z)^2 = m^2 + c."""
    yield Equation(gaussian(entry**2, z), c + m**2)


def one_entry_is_a_gaussian_integral():
    """-u v^2 - z^2/2 = -(1 + 2 u c) (z + shift)^2/2 - u m^2/(1 + 2 u c); the square integrates."""
    grown = 1 + 2 * u * c
    shift = 2 * u * m * sp.sqrt(c) / grown
    square = -grown * (z + shift) ** 2 / 2 - u * m**2 / grown
    yield Equation(-u * entry**2 - z**2 / 2, square)
    g = sp.Symbol("g", positive=True)
    bell = sp.Integral(sp.exp(-g * z**2 / 2) / sp.sqrt(2 * sp.pi), (z, -sp.oo, sp.oo))
    yield Equation(bell, 1 / sp.sqrt(g))


def entries_multiply_and_a_length_is_inverted_by_an_integral():
    """exp(-u (a + b)) = exp(-u a) exp(-u b), and 1/t is the integral of exp(-u t)."""
    yield Equation(sp.Integral(sp.exp(-u * t), (u, 0, sp.oo)), 1 / t)


def standard_normal_values_give_the_known_average():
    """m = 0, c = 1 in n + 2 dimensions: the integral of (1 + 2u)^(-(n + 2)/2) is 1/n."""
    standard = factor.subs({m: 0, c: 1}) ** (more + 2)
    yield Equation(sp.Integral(standard, (u, 0, sp.oo)), 1 / more)


def the_shipped_average_is_the_integral():
    """refmem.studies.capacity.Values.inverse_length: four standard entries give 1/2; one of
    variance 4 and three of 1, none with a mean, the integral of their factors."""
    yield same_digits(Values(4, averaged=True).inverse_length, sp.S.Half)
    apart = factor.subs({m: 0, c: 4}) * factor.subs({m: 0, c: 1}) ** 3
    whole = sp.Integral(apart, (u, 0, sp.oo)).evalf(20)
    mixed = Values(4, covariance=np.diag([4, 1, 1, 1]), averaged=True)
    yield same_digits(mixed.inverse_length, whole, 8)


def false_twin_without_the_shift():
    """exp(-u m^2) for the mean forgets that a noisy entry may be nearer to 0 than its mean."""
    yield Equation(factor, sp.exp(-u * m**2) / sp.sqrt(1 + 2 * u * c))


CLAIMS = (
    an_entry_has_its_variance_and_its_mean,
    one_entry_is_a_gaussian_integral,
    entries_multiply_and_a_length_is_inverted_by_an_integral,
    standard_normal_values_give_the_known_average,
    the_shipped_average_is_the_integral,
)
FALSE = (false_twin_without_the_shift,)
