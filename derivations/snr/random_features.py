"""Claim: m random features hold at most as much as a linear kernel of width m.

Keys on the sphere of radius s, a = s^2/tau, L(x) = E exp(x t) over the cosine t (snr/sphere); the
kernel exp(x . y/tau) estimated by m positive random features, one draw for all pairs:

    mean noise / (mean signal)^2 = (1 - 1/m) L(2 a) e^(-2 a) + L(4 a)/m

The first term is the exact kernel's, exponentially small; the second is at least 1/m whatever the
temperature, since L >= 1. The exponential capacity of softmax is lost, not approximated.

Used by:  refmem.studies.capacity.random_features_inverse_snr
Source:   worked out here; the features are Choromanski et al. 2021, arXiv:2009.14794
Method:   the second moment of the estimate (kernels/random_features) is averaged over the sphere; L
          has only positive terms after its first, 1.
"""

import sympy as sp

from refmem.studies.capacity import random_features_inverse_snr

from ..kernels.random_features import dot, norm_x, norm_y, variance
from ..kernels.random_features import m as features
from ..proving.digits import same_digits
from ..proving.statement import Equation, Inequality
from ..proving.symbols import s, tau
from .sphere import d, kappa, moment, nu, p
from .sphere import exponential_mean as bessel_mean

a = sp.Symbol("a", positive=True)
t = sp.Symbol("t", real=True)
L = sp.Function("L")  # L(x) = E exp(x t)


def exponential_mean(x):
    """E exp(x t) over the sphere in d dimensions."""
    return bessel_mean.subs({kappa: x, nu: d / 2 - 1})


inverse_snr = (
    (1 - 1 / features) * exponential_mean(2 * a) * sp.exp(-2 * a)
    + exponential_mean(4 * a) / features
).subs(a, s**2 / tau)


def the_estimate_squared_has_two_exponentials():
    """E estimate^2 = Var + (E estimate)^2; scaled by tau, |x|^2 = |y|^2 = a and x.y = a t."""
    on_sphere = {dot: a * t, norm_x: a, norm_y: a}
    second_moment = variance.subs(on_sphere) + sp.exp(2 * a * t)
    split = (1 - 1 / features) * sp.exp(2 * a * t) + sp.exp(2 * a) * sp.exp(4 * a * t) / features
    yield Equation(second_moment, split)


def averaged_over_the_sphere_it_is_the_closed_form():
    """E exp(2 a t) = L(2a), E exp(4 a t) = L(4a); the mean signal is unbiased, exp(a)."""
    noise = (1 - 1 / features) * L(2 * a) + sp.exp(2 * a) * L(4 * a) / features
    signal = sp.exp(a)
    closed = (1 - 1 / features) * L(2 * a) * sp.exp(-2 * a) + L(4 * a) / features
    yield Equation(noise / signal**2, closed)
    exact = closed.replace(L, exponential_mean).subs(a, s**2 / tau)
    yield Equation(exact, inverse_snr)


def the_floor_is_one_over_the_number_of_features():
    """L(x) - 1 = sum over p >= 1 of x^(2p) E t^(2p)/(2p)!, no term of which is negative."""
    x = sp.Symbol("x", positive=True)
    term = x ** (2 * p) / sp.factorial(2 * p) * moment
    yield Equation(term.subs(p, 0), 1)
    yield Inequality(0, term)
    above = sp.Symbol("above", nonnegative=True)  # L(4a) - 1
    yield Inequality(1 / features, (1 + above) / features)


def endlessly_many_features_give_the_exact_kernel():
    """m -> oo leaves L(2a) e^(-2a), the closed form of snr/sphere."""
    closed = (1 - 1 / features) * L(2 * a) * sp.exp(-2 * a) + L(4 * a) / features
    yield Equation(sp.Limit(closed, features, sp.oo), L(2 * a) * sp.exp(-2 * a))


def the_shipped_noise_is_this():
    """refmem.studies.capacity.random_features_inverse_snr, five features, d = 6, s^2 = tau = 2."""
    found = random_features_inverse_snr(pairs=2, dim=6, features=5, tau=2, norm2=2)
    yield same_digits(found, inverse_snr.subs({features: 5, s: sp.sqrt(2), tau: 2}).subs(d, 6))


def false_twin_with_a_vanishing_floor():
    """Dividing the variance by m^2 would forget that m variances add."""
    on_sphere = {dot: a * t, norm_x: a, norm_y: a}
    second_moment = variance.subs(on_sphere) / features + sp.exp(2 * a * t)
    split = (1 - 1 / features) * sp.exp(2 * a * t) + sp.exp(2 * a) * sp.exp(4 * a * t) / features
    yield Equation(second_moment, split)


CLAIMS = (
    the_estimate_squared_has_two_exponentials,
    averaged_over_the_sphere_it_is_the_closed_form,
    the_floor_is_one_over_the_number_of_features,
    endlessly_many_features_give_the_exact_kernel,
    the_shipped_noise_is_this,
)
FALSE = (false_twin_with_a_vanishing_floor,)
