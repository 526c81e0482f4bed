"""Claim: on the sphere every kernel f(t) of the cosine splits into Gegenbauer polynomials.

    f(t) = sum_n lambda_n C_n(t)        C_n = C_n^(nu), nu = d/2 - 1, weight (1 - t^2)^(nu - 1/2)
    lambda_n = b_n/h_n integral of f^(n)(t) (1 - t^2)^(n + nu - 1/2)
    b_n = 2^n (nu)_n/(n! (n + 2 nu)_n)
    h_n = pi 2^(1 - 2 nu) Gamma(n + 2 nu)/(n! (n + nu) Gamma(nu)^2)
    exp(kappa t):  lambda_n = Gamma(nu) (2/kappa)^nu (n + nu) I_(n + nu)(kappa)
    E (C_n(t)/C_n(1))^2 = 1/dim_n       dim_n = (n + nu)/nu (2 nu)_n/n!, the spherical harmonics

The last line is the noise of the kernel C_n/C_n(1): a degree is a memory of dim_n dimensions.

Used by:  refmem.functions.kernels, refmem.studies.capacity.sphere
Run by:   tests/studies/capacity/test_closed_forms.py, on the same sphere
Source:   classical (DLMF 18.3, 18.9, 10.23); the reading as noise is worked out here
Method:   everything follows from (1 - 2 t r + r^2)^(-nu) = sum C_n(t) r^n: one derivative lowers n
          and raises nu, so n integrations by parts reach a constant.
Assumes:  - polynomials are complete on [-1, 1] (Weierstrass), so the series converges in the mean
"""

import sympy as sp

from ..proving.statement import Equation
from ..snr.sphere import exponential_mean
from ..snr.sphere import kappa as rate
from ..snr.sphere import nu as order

t, r = sp.symbols("t r", real=True)
nu, kappa = sp.symbols("nu kappa", positive=True)
n = sp.Symbol("n", integer=True, positive=True)

base = 1 - 2 * t * r + r**2
generating_function = base**-nu
parts = 2**n * sp.rf(nu, n) / (sp.factorial(n) * sp.rf(n + 2 * nu, n))
norm = sp.pi * 2 ** (1 - 2 * nu) * sp.gamma(n + 2 * nu)
norm /= sp.factorial(n) * (n + nu) * sp.gamma(nu) ** 2
coefficient_exponential = sp.gamma(nu) * (2 / kappa) ** nu * (n + nu) * sp.besseli(n + nu, kappa)
value_at_one = sp.rf(2 * nu, n) / sp.factorial(n)
dimension = (n + nu) / nu * value_at_one


def weight(index):
    """Integral of (1 - t^2)^(index - 1/2) over [-1, 1]."""
    return sp.sqrt(sp.pi) * sp.gamma(index + sp.S.Half) / sp.gamma(index + 1)


def a_derivative_lowers_the_degree_and_raises_the_index():
    """dG/dt = 2 nu r G^(nu + 1), power by power in r: C_n' = 2 nu C_(n-1)^(nu + 1)."""
    raised = generating_function.subs(nu, nu + 1)
    yield Equation(sp.Derivative(generating_function, t), 2 * nu * r * raised)


def each_polynomial_solves_its_equation():
    """((1 - t^2)^(nu + 1/2) C')' = -n (n + 2 nu) (1 - t^2)^(nu - 1/2) C: G's equation on r^n."""
    G = generating_function
    in_t = (1 - t**2) * sp.Derivative(G, t, t) - (2 * nu + 1) * t * sp.Derivative(G, t)
    in_r = (2 * nu + 1) * r * sp.Derivative(G, r) + r**2 * sp.Derivative(G, r, r)
    yield Equation(in_t / G, -in_r / G)
    power = r**n
    yield Equation(in_r.subs(G, power), n * (n + 2 * nu) * power)


def different_degrees_are_orthogonal():
    """W = (1 - t^2)^(nu + 1/2) (f' g - f g') is 0 at both ends; W' = (mu_g - mu_f) weight f g."""
    f, g = sp.Function("f")(t), sp.Function("g")(t)
    mu_f, mu_g = sp.symbols("mu_f mu_g")
    density = (1 - t**2) ** (nu - sp.S.Half)
    W = (1 - t**2) * density * (f.diff(t) * g - f * g.diff(t))
    in_f = (1 - t**2) * f.diff(t, 2) - (2 * nu + 1) * t * f.diff(t)  # is -mu_f f
    in_g = (1 - t**2) * g.diff(t, 2) - (2 * nu + 1) * t * g.diff(t)  # is -mu_g g
    yield Equation(sp.Derivative(W, t) / density, in_f * g - f * in_g)
    yield Equation(-mu_f * f * g + f * mu_g * g, (mu_g - mu_f) * f * g)


def integrating_by_parts_n_times_collects_the_factors():
    """One step: 2 nu/(n (n + 2 nu)), then n - 1 and nu + 1. The product is b_n, from b_0 = 1."""
    before = parts.subs(n, n - 1).subs(nu, nu + 1)
    step = 2 * nu / (n * (n + 2 * nu))
    yield Equation(parts.rewrite(sp.gamma), (step * before).rewrite(sp.gamma))
    yield Equation(parts.subs(n, 0), 1)


def the_norm_is_the_case_of_the_polynomial_itself():
    """C_n differentiated n times is 2^n (nu)_n: h_n = b_n 2^n (nu)_n times the weight at n + nu."""
    whole = parts * 2**n * sp.rf(nu, n) * weight(n + nu)
    yield Equation(whole.rewrite(sp.gamma), norm.rewrite(sp.gamma))


def the_exponential_gives_bessel_functions():
    """It is its own derivative: kappa^n times snr/sphere's integral at index n + nu."""
    mean = exponential_mean.subs({order: n + nu, rate: kappa})
    coefficient = parts / norm * kappa**n * weight(n + nu) * mean
    yield Equation(coefficient.rewrite(sp.gamma), coefficient_exponential)


def a_degree_is_a_memory_of_as_many_dimensions_as_it_has_harmonics():
    """G(1, r) = (1 - r)^(-2 nu) gives C_n(1); h_n over the whole weight and C_n(1)^2 is 1/dim_n."""
    yield Equation(base.subs(t, 1), (1 - r) ** 2)
    yield Equation(value_at_one.subs(n, n + 1) * (n + 1), (2 * nu + n) * value_at_one)
    noise = norm / weight(nu) / value_at_one**2
    yield Equation((noise * dimension).rewrite(sp.gamma), 1)


def false_twin_with_the_index_left_behind():
    """lambda_n with I_nu in place of I_(n + nu): right for n = 0 alone."""
    mean = exponential_mean.subs({order: nu, rate: kappa})
    coefficient = parts / norm * kappa**n * weight(n + nu) * mean
    yield Equation(coefficient.rewrite(sp.gamma), coefficient_exponential)


CLAIMS = (
    a_derivative_lowers_the_degree_and_raises_the_index,
    each_polynomial_solves_its_equation,
    different_degrees_are_orthogonal,
    integrating_by_parts_n_times_collects_the_factors,
    the_norm_is_the_case_of_the_polynomial_itself,
    the_exponential_gives_bessel_functions,
    a_degree_is_a_memory_of_as_many_dimensions_as_it_has_harmonics,
)
FALSE = (false_twin_with_the_index_left_behind,)
