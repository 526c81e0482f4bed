"""Claim: for keys on a sphere noise is a Beta moment, and for the exponential a Bessel function.

Keys uniform on the sphere of radius s in d dimensions; a score is s^2 t, t the cosine:

    density of t   (1 - t^2)^((d - 3)/2) Gamma(d/2) / (sqrt(pi) Gamma((d - 1)/2))      on -1 < t < 1
    (x . y)^p      1/SNR = Gamma(p + 1/2) Gamma(d/2) / (sqrt(pi) Gamma(p + d/2));  1/d for p = 1
    ReLU(x . y)^p  half of it
    exponential    1/SNR = Gamma(nu + 1) (2/kappa)^nu I_nu(kappa) e^(-kappa)
                   nu = d/2 - 1, kappa = 2 s^2/tau

Used by:  refmem.studies.capacity.sphere, kernels/gegenbauer
Source:   worked out here; I_nu is the modified Bessel function, by its series (DLMF 10.25.2)
Method:   the area of a circle of latitude gives the density, a Beta integral every moment, and the
          moments the series of the exponential, which is Bessel's term by term.
Assumes:  - a power series may be averaged term by term over |t| <= 1 (dominated convergence)
"""

import sympy as sp

from refmem.functions.kernels import polynomial
from refmem.studies.capacity import log_inverse_snr

from ..proving.averages import sphere
from ..proving.digits import same_digits
from ..proving.statement import Equation
from ..proving.symbols import s, tau

t = sp.Symbol("t", real=True)
d, nu, kappa = sp.symbols("d nu kappa", positive=True)
p, m = sp.symbols("p m", integer=True, nonnegative=True)
beyond = sp.Symbol("n", positive=True)  # d = n + 1, so that every exponent is integrable

moment = sp.gamma(p + sp.S.Half) * sp.gamma(d / 2) / (sp.sqrt(sp.pi) * sp.gamma(p + d / 2))
inverse_snr_polynomial = moment
inverse_snr_relu = moment / 2
exponential_mean = sp.gamma(nu + 1) * (2 / kappa) ** nu * sp.besseli(nu, kappa)
inverse_snr_exponential = (exponential_mean * sp.exp(-kappa)).subs(
    {kappa: 2 * s**2 / tau, nu: d / 2 - 1}
)


def a_circle_of_latitude_gives_the_density():
    """Radius sqrt(1 - t^2), area its power d - 2; the ring from t to t + dt is asin'(t) dt wide."""
    area = sp.sqrt(1 - t**2) ** (d - 2)
    yield Equation(area * sp.Derivative(sp.asin(t), t), (1 - t**2) ** ((d - 3) / 2))
    yield Equation(sphere(sp.Integer(1), t, beyond + 1), 1)


def an_even_power_averages_to_a_ratio_of_gammas():
    """With u = t^2 the integral is Euler's Beta function B(p + 1/2, (d - 1)/2)."""
    yield Equation(sphere(t ** (2 * p), t, beyond + 1), moment.subs(d, beyond + 1))


def the_linear_kernel_hears_one_part_in_d():
    """p = 1: E t^2 = 1/d, as the d squared coordinates of a unit vector share 1."""
    yield Equation(sp.Subs(moment, p, 1), 1 / d)


def the_moments_fall_below_the_gaussian_ones():
    """From p to p + 1 the moment gains (2p + 1)/(d + 2p); for Gaussian keys (2p + 1)/d."""
    yield Equation(moment.subs(p, p + 1), (2 * p + 1) / (d + 2 * p) * moment)


def the_exponential_averages_to_bessels_series_term_by_term():
    """kappa^(2m)/(2m)! E t^(2m) = Gamma(nu+1) (2/kappa)^nu (kappa/2)^(2m+nu)/(m! Gamma(m+nu+1))."""
    of_exponential = kappa ** (2 * m) / sp.factorial(2 * m) * moment.subs({p: m, d: 2 * nu + 2})
    of_bessel = (kappa / 2) ** (2 * m + nu) / (sp.factorial(m) * sp.gamma(m + nu + 1))
    yield Equation(of_exponential, sp.gamma(nu + 1) * (2 / kappa) ** nu * of_bessel)


def noise_over_signal_is_the_closed_form():
    """Noise E e^(2 s^2 t/tau) over the squared signal e^(2 s^2/tau): kappa = 2 s^2/tau, both."""
    signal = sp.exp(s**2 / tau)
    noise = exponential_mean.subs({kappa: 2 * s**2 / tau, nu: d / 2 - 1})
    yield Equation(noise / signal**2, inverse_snr_exponential)


def the_shipped_moments_are_these():
    """refmem.studies.capacity.log_inverse_snr over a sphere of s^2 = 3, d = 6: the cube, and exp at
    tau = 2."""
    at = {d: 6, p: 3, s: sp.sqrt(3), tau: 2}
    for kernel, derived in (
        (polynomial(3), inverse_snr_polynomial),
        ("exp", inverse_snr_exponential),
    ):
        found = log_inverse_snr(kernel, pairs=2, dim=6, tau=2, keys="sphere", norm2=3)
        yield same_digits(found, sp.log(derived.subs(at)))


def false_twin_with_the_gaussian_moment():
    """On the sphere E t^4 is 3/(d (d + 2)), not the Gaussian 3/d^2."""
    yield Equation(sp.Subs(moment, p, 2), 3 / d**2)


CLAIMS = (
    a_circle_of_latitude_gives_the_density,
    an_even_power_averages_to_a_ratio_of_gammas,
    the_linear_kernel_hears_one_part_in_d,
    the_moments_fall_below_the_gaussian_ones,
    the_exponential_averages_to_bessels_series_term_by_term,
    noise_over_signal_is_the_closed_form,
    the_shipped_moments_are_these,
)
FALSE = (false_twin_with_the_gaussian_moment,)
