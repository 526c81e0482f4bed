"""Claim: any activation has 1/SNR = E act(s z)^2 / act(s^2)^2 a pair; GELU's has a closed form.

    GELU   E gelu(s z)^2 = s^2/4 + s^2/(2 pi) (asin(q) + 2 q/sqrt(1 + 2 s^2)),   q = s^2/(1 + s^2)
    erf    E erf(s z)^2  = (2/pi) asin(2 s^2/(1 + 2 s^2))

gelu(x) = x Phi(x), Phi the normal distribution function. Where no closed form exists (SiLU), a
Gauss-Hermite sum of n nodes is exact for polynomials of degree below 2n.

Used by:  refmem.studies.capacity.gaussian.gelu, refmem.studies.capacity.ffn_inverse_snr
Source:   worked out here; Stein 1981 for the identity
Method:   Stein's identity E z f(z) = E f'(z) lowers every factor z; the derivative in s turns the
          rest into E exp(-s^2 z^2), which is a Gaussian integral.
Assumes:  - averages may be differentiated in s under the integral (dominated convergence)
"""

import sympy as sp

from refmem.studies.capacity.feedforward import log_ffn_inverse_snr

from ..proving.averages import gaussian
from ..proving.digits import same_digits
from ..proving.statement import Equation
from ..proving.symbols import s, z

q = s**2 / (1 + s**2)
mean_square_gelu = s**2 / 4 + s**2 / (2 * sp.pi) * (sp.asin(q) + 2 * q / sp.sqrt(1 + 2 * s**2))
mean_square_erf = 2 / sp.pi * sp.asin(2 * s**2 / (1 + 2 * s**2))
inverse_snr_gelu = mean_square_gelu / (s**2 * (1 + sp.erf(s**2 / sp.sqrt(2))) / 2) ** 2

Phi = (1 + sp.erf(s * z / sp.sqrt(2))) / 2  # the distribution function at s z
phi = sp.exp(-((s * z) ** 2) / 2) / sp.sqrt(2 * sp.pi)  # and its density there
phi_squared = 1 / (2 * sp.pi * sp.sqrt(1 + 2 * s**2))  # E phi^2
mixed = s * phi_squared / (1 + s**2)  # E z phi Phi
Phi_squared = sp.Rational(1, 4) + sp.asin(q) / (2 * sp.pi)  # E Phi^2


def steins_identity_is_one_integration_by_parts():
    """(f e^(-z^2/2))' = (f' - z f) e^(-z^2/2) integrates to 0, so E z f = E f', for any f."""
    f, bell = sp.Function("f")(z), sp.exp(-(z**2) / 2)
    yield Equation(sp.Derivative(f * bell, z), (f.diff(z) - z * f) * bell)


def the_square_of_the_density_is_a_gaussian():
    """E phi(s z)^2 = E exp(-s^2 z^2)/(2 pi)."""
    yield Equation(gaussian(phi**2, z), phi_squared)


def stein_gives_the_mixed():
    """(phi Phi)' = -s^2 z phi Phi + s phi^2, so (1 + s^2) E z phi Phi = s E phi^2."""
    yield Equation(sp.Derivative(phi * Phi, z), -(s**2) * z * phi * Phi + s * phi**2)
    yield Equation((1 + s**2) * mixed, s * phi_squared)


def the_derivative_in_s_gives_the_mean_of_phi_squared():
    """d/ds E Phi(s z)^2 = 2 E z phi Phi, and at s = 0 it is 1/4: hence 1/4 + asin(q)/(2 pi)."""
    yield Equation(sp.Derivative(Phi**2, s), 2 * z * phi * Phi)
    yield Equation(sp.Derivative(Phi_squared, s), 2 * mixed)
    yield Equation(sp.Limit(Phi_squared, s, 0), sp.Rational(1, 4))


def stein_twice_gives_gelu():
    """E z^2 Phi^2 = E Phi^2 + E (Phi^2)'', (Phi^2)'' = 2 s^2 phi^2 - 2 s^3 z phi Phi."""
    second = 2 * s**2 * phi**2 - 2 * s**3 * z * phi * Phi
    yield Equation(sp.Derivative(Phi**2, z, z), second)
    whole = s**2 * (Phi_squared + 2 * s**2 * phi_squared - 2 * s**3 * mixed)
    yield Equation(whole, mean_square_gelu)


def the_error_function_is_a_rescaled_phi():
    """erf(s z) = 2 Phi(sqrt(2) s z) - 1, and E Phi = 1/2 by symmetry: 4 E Phi^2 - 1."""
    yield Equation(sp.erf(s * z), 2 * Phi.subs(s, sp.sqrt(2) * s) - 1)
    yield Equation(Phi + Phi.subs(z, -z), 1)
    yield Equation(4 * Phi_squared.subs(s, sp.sqrt(2) * s) - 1, mean_square_erf)


def three_nodes_are_exact_to_degree_five():
    """Nodes 0 and +-sqrt(3), the zeros of z^3 - 3z, with weights 2/3 and 1/6: E z^4 = 3."""
    for power in range(6):
        yield Equation(three_nodes(power), gaussian(z**power, z))


def three_nodes(power):
    root = sp.sqrt(3)
    return sp.Rational(2, 3) * sp.Integer(0) ** power + (root**power + (-root) ** power) / 6


def the_shipped_gelu_is_this():
    """refmem.studies.capacity.feedforward.log_ffn_inverse_snr, two units at s^2 = 9."""
    found = log_ffn_inverse_snr("gelu", width=2, dim=9)
    yield same_digits(found, sp.log(inverse_snr_gelu.subs(s, 3)))


def false_twin_at_degree_six():
    """2n = 6: the sum says 9, the moment is 15."""
    yield Equation(three_nodes(6), gaussian(z**6, z))


CLAIMS = (
    steins_identity_is_one_integration_by_parts,
    the_square_of_the_density_is_a_gaussian,
    stein_gives_the_mixed,
    the_derivative_in_s_gives_the_mean_of_phi_squared,
    stein_twice_gives_gelu,
    the_error_function_is_a_rescaled_phi,
    three_nodes_are_exact_to_degree_five,
    the_shipped_gelu_is_this,
)
FALSE = (false_twin_at_degree_six,)
