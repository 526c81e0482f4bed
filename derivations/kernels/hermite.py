"""Claim: Hermite coefficients of an activation are Taylor coefficients of its Gaussian smoothing.

    act(z) = sum_n a_n He_n(z)/n!       a_n = E act(z) He_n(z) = g^(n)(0),   g(r) = E act(z + r)
    E act(x) act(y) = sum_n a_n^2 rho^n/n!     x, y standard normal with correlation rho
    exp(sigma z):   g(r) = exp(sigma r + sigma^2/2),   a_n = sigma^n exp(sigma^2/2)

So act as a random feature map makes a kernel of the cosine rho whose power series has only
positive terms; sharp activations keep high powers, and those tell near keys apart.

Used by:  kernels/hermite_activations
Run by:   kernels/hermite_activations
Source:   classical; Daniely et al. 2016, arXiv:1602.05897, for the dual kernel
Method:   the generating function exp(r z - r^2/2) of He_n turns a sum over n into a shift of z.
Assumes:  - sum and average exchange, as E act(z)^2 is finite (Cauchy-Schwarz)
          - the He_n are complete in the space of functions with finite E f(z)^2
"""

import sympy as sp

from ..proving.averages import gaussian
from ..proving.statement import Equation
from ..proving.symbols import z

r, q = sp.symbols("r q", real=True)
rho = sp.Symbol("rho", real=True)
sigma = sp.Symbol("sigma", positive=True)
n = sp.Symbol("n", integer=True, nonnegative=True)
w = sp.Symbol("w", real=True)  # a second standard normal, independent of z

generating_function = sp.exp(r * z - r**2 / 2)  # sum_n r^n He_n(z)/n!
smoothed_exponential = sp.exp(sigma * r + sigma**2 / 2)
coefficient_exponential = sigma**n * sp.exp(sigma**2 / 2)


def the_generating_function_makes_hermite_polynomials():
    """(d/dr)^n exp(r z - r^2/2) at r = 0: 1, z, z^2 - 1, z^3 - 3z; d/dr multiplies by z - r."""
    for order, polynomial in enumerate((1, z, z**2 - 1, z**3 - 3 * z)):
        yield Equation(sp.diff(generating_function, r, order).subs(r, 0), polynomial)
    slope = sp.Derivative(generating_function, r)
    yield Equation(slope, (z - r) * generating_function)


def it_moves_the_gaussian():
    """r z - r^2/2 - z^2/2 = -(z - r)^2/2, so E act(z) exp(r z - r^2/2) = E act(z + r) = g(r)."""
    yield Equation(r * z - r**2 / 2 - z**2 / 2, -((z - r) ** 2) / 2)


def different_orders_are_orthogonal_at_any_correlation():
    """y = rho z + sqrt(1 - rho^2) w: E exp(r z - r^2/2) exp(q y - q^2/2) = exp(r q rho).

    Only equal powers of r and q occur: E He_n(x) He_m(y) is n! rho^n for n = m and 0 otherwise.
    """
    along, across = r + q * rho, sp.Symbol("c", real=True)  # c = q sqrt(1 - rho^2)
    means = gaussian(sp.exp(along * z), z) * gaussian(sp.exp(across * w), w)
    yield Equation(means, sp.exp(along**2 / 2 + across**2 / 2))
    exponent = along**2 / 2 + (q**2 * (1 - rho**2)) / 2 - r**2 / 2 - q**2 / 2
    yield Equation(exponent, r * q * rho)
    a, b, term = sp.symbols("a_n b_n n!", positive=True)
    yield Equation(a / term * b / term * term * rho**n, a * b * rho**n / term)


def the_exponential_has_all_powers():
    """E exp(sigma (z + r)) = exp(sigma r + sigma^2/2); every derivative brings down a sigma."""
    yield Equation(gaussian(sp.exp(sigma * (z + r)), z), smoothed_exponential)
    yield Equation(sp.Derivative(smoothed_exponential, r), sigma * smoothed_exponential)
    yield Equation(smoothed_exponential.subs(r, 0), coefficient_exponential.subs(n, 0))
    yield Equation(coefficient_exponential.subs(n, n + 1), sigma * coefficient_exponential)


def its_dual_kernel_is_exponential_again():
    """sum a_n^2 rho^n/n! = exp(sigma^2 + sigma^2 rho)."""
    terms = coefficient_exponential**2 * rho**n / sp.factorial(n)
    yield Equation(sp.Sum(terms, (n, 0, sp.oo)), sp.exp(sigma**2 + sigma**2 * rho))


def false_twin_without_the_smoothing():
    """The Taylor coefficients of act itself, sigma^n, are not its Hermite coefficients."""
    yield Equation(gaussian(sp.exp(sigma * z) * (z**2 - 1), z), sigma**2)


CLAIMS = (
    the_generating_function_makes_hermite_polynomials,
    it_moves_the_gaussian,
    different_orders_are_orthogonal_at_any_correlation,
    the_exponential_has_all_powers,
    its_dual_kernel_is_exponential_again,
)
FALSE = (false_twin_without_the_smoothing,)
