"""Law: what is shipped is what was derived, evaluated to 30 digits.

A shipped logarithm is within 64 roundings of its own largest term of the derivation's expression.
"""

import math

import mpmath
import numpy as np
import pytest
import sympy as sp
from scipy.special import ive

from derivations.hopfield import capacity as hopfield_capacity
from derivations.hopfield import modern_pull
from derivations.proving.symbols import d, s, tau
from derivations.snr import activation as snr_activation
from derivations.snr import added_noise as snr_added_noise
from derivations.snr import dimension as snr_dimension
from derivations.snr import exponential as snr_exponential
from derivations.snr import gated_unit as snr_gated_unit
from derivations.snr import heads as snr_heads
from derivations.snr import heavy_tail as snr_heavy_tail
from derivations.snr import key_norms as snr_key_norms
from derivations.snr import linear as snr_linear
from derivations.snr import mixture_of_experts as snr_mixture_of_experts
from derivations.snr import noisy_query as snr_noisy_query
from derivations.snr import polynomial as snr_polynomial
from derivations.snr import rademacher as snr_rademacher
from derivations.snr import random_features as snr_random_features
from derivations.snr import relu as snr_relu
from derivations.snr import solu as snr_solu
from derivations.snr import sphere as snr_sphere
from derivations.snr import taylor_features as snr_taylor_features
from derivations.snr import temperature as snr_temperature
from derivations.snr import value_mean as snr_value_mean
from refmem.functions.kernels import Kernel, arc_cosine, find_kernel, polynomial, taylor
from refmem.studies.capacity import (
    Values,
    best_tau,
    ffn_inverse_snr,
    gaussian,
    heads_inverse_snr,
    inverse_snr,
    kernel_of,
    least_tau,
    log_inverse_snr,
    random_features_inverse_snr,
)
from refmem.studies.capacity.approximations import (
    short_required_dim_best,
    short_required_dim_linear,
    short_required_dim_usual,
)
from refmem.studies.capacity.averaged import averaged_moments
from refmem.studies.capacity.hopfield import pull
from refmem.studies.capacity.sphere import log_exponential, sphere_moments

AT = {s: sp.sqrt(sp.Rational(37, 3)), tau: sp.Rational(7, 2), d: 11}
PLAIN = {"pairs": 2, "dim": 11, "tau": 3.5, "norm2": 37 / 3}
AVERAGED = {"pairs": 2, "dim": 11, "tau": 3.5, "keys": "averaged"}
RATE = 2 * (tau - 1) / tau**2


def of_averaged(expression):
    """A derivation with its own symbols for the rate, the temperature and the width."""
    return expression.subs(
        {snr_key_norms.a: RATE, snr_key_norms.tau: tau, snr_key_norms.d: d, snr_key_norms.p: 3}
    )


def of_sphere(expression, power=3):
    return expression.subs({snr_sphere.d: d, snr_sphere.p: power})


RHO = {snr_noisy_query.rho: sp.Rational(3, 5), snr_noisy_query.p: 3}
SIGNS = {"pairs": 2, "dim": 11, "tau": 3.5, "keys": "rademacher"}
SPHERE = PLAIN | {"keys": "sphere"}
NOISY = PLAIN | {"cosine": 0.6}

ROWS = [
    ("linear", PLAIN, snr_linear.inverse_snr),
    ("relu", PLAIN, snr_relu.inverse_snr),
    ("exp", PLAIN, snr_exponential.inverse_snr),
    ("softmax", PLAIN, snr_exponential.inverse_snr),
    ("solu", PLAIN, snr_solu.inverse_snr),
    (polynomial(3), PLAIN, snr_polynomial.inverse_snr.subs(snr_polynomial.p, 3)),
    (kernel_of("relu_squared"), PLAIN, snr_relu.inverse_snr_of_power.subs(snr_polynomial.p, 2)),
    (taylor(3), PLAIN, snr_taylor_features.inverse_snr(3)),
    (kernel_of("gelu"), PLAIN | {"tau": 1}, snr_activation.inverse_snr_gelu),
    ("linear", AVERAGED, of_averaged(snr_key_norms.inverse_snr_linear)),
    ("exp", AVERAGED, of_averaged(snr_key_norms.inverse_snr_exponential)),
    ("solu", AVERAGED, of_averaged(snr_key_norms.inverse_snr_solu)),
    (polynomial(3), AVERAGED, 15 * of_averaged(snr_key_norms.inverse_snr_polynomial_moment)),
    ("linear", SPHERE, of_sphere(snr_sphere.inverse_snr_polynomial, 1)),
    (polynomial(3), SPHERE, of_sphere(snr_sphere.inverse_snr_polynomial)),
    (kernel_of("relu_squared"), SPHERE, of_sphere(snr_sphere.inverse_snr_relu, 2)),
    ("exp", SPHERE, of_sphere(snr_sphere.inverse_snr_exponential)),
    ("linear", SIGNS, snr_rademacher.inverse_snr_linear),
    ("relu", SIGNS, snr_rademacher.inverse_snr_relu),
    ("exp", SIGNS, snr_rademacher.inverse_snr_exponential),
    (polynomial(2), SIGNS, snr_rademacher.inverse_snr_square),
    (polynomial(3), SIGNS, snr_rademacher.inverse_snr_cube),
    ("linear", NOISY, snr_noisy_query.inverse_snr_linear.subs(RHO)),
    (polynomial(3), NOISY, snr_noisy_query.inverse_snr_polynomial.subs(RHO)),
    ("exp", NOISY, snr_noisy_query.inverse_snr_exponential.subs(RHO)),
    (
        "linear",
        PLAIN | {"sigma": 0.5},
        snr_added_noise.inverse_snr_linear.subs(snr_added_noise.sigma, sp.S.Half),
    ),
    (
        "exp",
        PLAIN | {"sigma": 0.5},
        snr_added_noise.inverse_snr_exponential.subs(snr_added_noise.sigma, sp.S.Half),
    ),
]


def assert_same_logarithm(shipped, derived, largest=100.0):
    """The terms of a logarithm are below `largest` here, and each is rounded a few times."""
    assert abs(shipped - float(sp.log(derived).evalf(30))) <= 64 * np.finfo(float).eps * largest


@pytest.mark.parametrize(("kernel", "stored", "derived"), ROWS)
def test_a_shipped_closed_form_is_the_derived_one(kernel, stored, derived):
    assert_same_logarithm(log_inverse_snr(kernel, **stored), derived.subs(AT))


def test_the_mean_of_a_rectified_score():
    """E max(s z, 0) = s/sqrt(2 pi), E max(s z, 0)^2 = s^2/2; |t| has the mean 1/2 in d = 3."""
    for power, mean in ((1, 5 / (2 * sp.pi)), (2, sp.Rational(25, 4))):
        assert_same_logarithm(gaussian.relu(power, 5.0, 1)[1].log(), mean)
    of_sphere_in_space = sphere_moments(find_kernel("relu"), 2.0, 3, 1.0, 1.0).mean
    assert_same_logarithm(of_sphere_in_space, (2 * sp.Rational(1, 4)) ** 2)


def test_the_mean_over_lengths():
    """The squared mean over the signal, d = 8: ReLU by hand, exponentials by their rate."""
    mean = averaged_moments(find_kernel("relu"), 8, 1.0, 1.0).mean
    assert_same_logarithm(mean, 1 / (2 * sp.pi * 6))
    for kernel, weight in (("exp", 1), ("solu", sp.Rational(1, 4))):
        mean = averaged_moments(find_kernel(kernel), 8, 2.0, 1.0).mean
        rate = sp.Rational(3, 4)  # (2 tau - 1)/tau^2
        assert_same_logarithm(mean, weight * (1 + 2 * rate) ** -4)


def test_the_mean_of_a_kernel_of_the_angle():
    """In the plane E |k| = sqrt(pi/2); on the circle of radius 1 a key's length is 1."""
    on_circle = sphere_moments(arc_cosine(1), 1.0, 2, 1.0, 1.0).mean
    in_plane = gaussian.gaussian_moments(arc_cosine(1), 1.0, 2, 1.0, 1.0).mean
    assert abs(in_plane - on_circle - math.log(math.pi / 2)) <= 16 * np.finfo(float).eps


def test_rounding_at_a_temperature_that_rounds_to_one():
    """tau = 2 s: |score| = |z|/2 rounds to 0 below z = 1, to 1 below 3, to 2 below 5, ..."""
    above = [math.erfc(z / math.sqrt(2)) for z in (1, 3, 5, 7, 9)]
    noise = sum((2 * m - 1) * tail for m, tail in enumerate(above, 1))
    square = gaussian.gaussian_moments(find_kernel("round"), 4.0, 4, 4.0, 1.0).square
    assert abs(square - math.log(noise)) <= 1e-13  # P(|z| > 11) is 1e-28


def test_a_wrong_closed_form_would_be_seen():
    with pytest.raises(AssertionError):
        assert_same_logarithm(log_inverse_snr("relu", **PLAIN), snr_linear.inverse_snr.subs(AT))


def test_normalising_changes_nothing_exactly():
    for keys in ("gaussian", "averaged", "sphere", "rademacher"):
        pair = [log_inverse_snr(k, pairs=7, dim=9, tau=2, keys=keys) for k in ("exp", "softmax")]
        assert pair[0] == pair[1]


def test_values_with_a_mean():
    """N = 5 pairs of width 2 with mean (1, 2), unit variance, against the derived noise power."""
    m_1 = sp.exp(AT[s] ** 2 / (2 * AT[tau] ** 2))
    m_2 = sp.exp(2 * AT[s] ** 2 / AT[tau] ** 2)
    power = snr_value_mean.noise_power.subs(
        {
            snr_value_mean.n: 4,
            snr_value_mean.d_v: 2,
            snr_value_mean.mu: sp.sqrt(5),
            snr_value_mean.m_1: m_1,
            snr_value_mean.m_2: m_2,
        }
    )
    signal = sp.exp(2 * AT[s] ** 2 / AT[tau]) * 7  # E |v|^2 = 2 + 5
    values = Values(2, mean=[1.0, 2.0])
    shipped = log_inverse_snr("exp", **PLAIN | {"pairs": 5}, values=values)
    assert_same_logarithm(shipped, power / signal)


def test_gated_routed_and_split():
    gated = ffn_inverse_snr("relu", width=2, dim=11, norm2=37 / 3, gated=True)
    assert_same_logarithm(math.log(gated), snr_gated_unit.inverse_snr.subs(AT))
    routed = ffn_inverse_snr("relu", width=5, dim=11, norm2=37 / 3, experts=8, active=2)
    counts = {snr_mixture_of_experts.k: 2, snr_mixture_of_experts.m: 5}
    derived = snr_mixture_of_experts.inverse_snr_routed.subs(counts).subs(AT)
    assert_same_logarithm(math.log(routed), derived)
    at = {snr_heads.D: 24, snr_heads.h: 4, snr_heads.n: 8}
    for arrangement, linear, exponential, pairs in (
        ("alone", snr_heads.inverse_snr_heads_linear, snr_heads.inverse_snr_heads_exponential, 9),
        (
            "agree",
            snr_heads.inverse_snr_agreeing_linear,
            snr_heads.inverse_snr_agreeing_exponential,
            9,
        ),
        (
            "share",  # n/h = 2 others in each of 4 heads: 12 pairs
            snr_heads.inverse_snr_agreeing_linear,
            snr_heads.inverse_snr_agreeing_exponential,
            12,
        ),
    ):
        given = {"pairs": pairs, "width": 24, "heads": 4, "arrangement": arrangement}
        shipped = math.log(heads_inverse_snr("linear", **given))
        assert_same_logarithm(shipped, linear.subs(at))
        shipped = math.log(heads_inverse_snr("exp", tau=2, **given))
        assert_same_logarithm(shipped, exponential.subs(at))


def test_the_best_temperature():
    assert best_tau("exp", dim=11) == float(snr_temperature.best_tau)
    noisy = snr_noisy_query.best_tau.subs(snr_noisy_query.rho, sp.S.Half)
    assert best_tau("exp", dim=11, cosine=0.5) == float(noisy)


def test_the_coldest_temperature_that_a_sample_shows():
    derived = snr_heavy_tail.least_tau.subs({snr_heavy_tail.load: sp.log(512), s: 8})
    assert_same_logarithm(math.log(least_tau(512, 64)), derived)


@pytest.mark.parametrize(
    ("short", "derived"),
    [
        (short_required_dim_linear, snr_dimension.dimension_linear),
        (short_required_dim_usual, snr_dimension.dimension_usual),
        (short_required_dim_best, snr_dimension.dimension_best),
    ],
)
def test_short_widths(short, derived):
    at = {snr_dimension.N: 1000, snr_dimension.eps: sp.Rational(1, 50)}
    assert_same_logarithm(math.log(short(1000, 50)), derived.subs(at))


def test_random_features():
    derived = snr_random_features.inverse_snr.subs({snr_random_features.features: 5})
    derived = of_sphere(derived).subs(AT)
    shipped = random_features_inverse_snr(pairs=2, dim=11, features=5, tau=3.5, norm2=37 / 3)
    assert_same_logarithm(math.log(shipped), derived)


def test_hopfield():
    cube = pull("dense", neurons=8, power=3)
    assert_same_logarithm(
        cube.variance, hopfield_capacity.variance_cube.subs(hopfield_capacity.n, 7)
    )
    at = {modern_pull.n: 7, modern_pull.b: sp.S.Half}
    modern = pull("modern", neurons=8, inverse_temperature=0.5)
    mean, square = modern_pull.mean_modern.subs(at), modern_pull.square_modern.subs(at)
    assert_same_logarithm(modern.against, -mean)
    assert_same_logarithm(modern.variance, square - mean**2)


@pytest.mark.parametrize("dim", [2, 3, 64, 512])
@pytest.mark.parametrize("x", [1e-3, 1.0, 30.0, 300.0])
def test_the_series_in_logarithms_is_the_bessel_function_where_that_does_not_underflow(x, dim):
    nu = dim / 2 - 1
    direct = ive(nu, x)
    assert (direct > 0) == (dim < 512 or x > 1)
    if direct > 1e-290:  # else it is a subnormal number, or zero, and says nothing
        log_direct = math.log(direct) + x + math.lgamma(nu + 1) + nu * math.log(2 / x)
        terms = abs(math.log(direct)) + x + abs(math.lgamma(nu + 1)) + abs(nu * math.log(2 / x))
        assert abs(log_exponential(x, dim) - log_direct) <= 64 * np.finfo(float).eps * (terms + 1)


@pytest.mark.parametrize("kernel", ["linear", "relu", "exp", "solu", polynomial(2)])
def test_logarithms_are_those_of_a_direct_evaluation(kernel):
    """E kappa^2/c^2 of all 2^8 sign keys, summed without logarithms."""
    keys = np.array(np.meshgrid(*[[-1.0, 1.0]] * 8)).reshape(8, -1).T
    weights = find_kernel(kernel).pairwise(keys[:1] / 2, keys)[0]
    own = (keys == keys[0]).all(1)
    direct = (weights**2).mean() / weights[own][0] ** 2
    ours = inverse_snr(kernel, pairs=2, dim=8, tau=2, keys="rademacher")
    assert abs(ours / direct - 1) <= 64 * np.finfo(float).eps * 8


INTEGRABLE = [
    "linear",
    "exp",
    "solu",
    "sigmoid",
    polynomial(2),
    polynomial(3),
    taylor(2),
    kernel_of("gelu"),
]


@pytest.mark.parametrize("dim", [1, 2, 3, 8, 65])
@pytest.mark.parametrize("kernel", INTEGRABLE)
def test_what_is_integrated_is_what_is_summed(kernel, dim):
    """The kernel under a name that no closed form knows, on the sphere and over Gaussian keys; a
    sigmoid, which has no closed form, against twice as many nodes."""
    shipped = find_kernel(kernel)
    weight = shipped.weight or np.exp
    unknown = Kernel("unknown", shipped.equation, weight)
    for keys in ("sphere", "gaussian"):
        stored = {"pairs": 5, "dim": dim, "tau": 1.3, "keys": keys, "values": Values(3, mean=2.0)}
        one, other = (log_inverse_snr(which, **stored) for which in (unknown, shipped))
        assert abs(one - other) <= 256 * np.finfo(float).eps * (2 * dim / 1.3 + 10)


@pytest.mark.parametrize(("dim", "reach"), [(2, 1.0), (8, 20.0), (65, 500.0)])
def test_a_steep_kernel_is_integrated_on_the_sphere(dim, reach):
    """A sigmoid, by mpmath in 30 digits."""
    mpmath.mp.dps = 30
    half, whole = mpmath.mpf(dim) / 2, mpmath.mpf(reach)
    unit = mpmath.gamma(half) / mpmath.sqrt(mpmath.pi) / mpmath.gamma(half - 0.5)
    edges = [-1, -0.5, -0.1, -0.01, -0.001, 0, 0.001, 0.01, 0.1, 0.5, 1]

    def noise(t):
        return unit * (1 - t * t) ** (half - 1.5) / (1 + mpmath.exp(-whole * t)) ** 2

    exact = mpmath.log(mpmath.quad(noise, edges))
    ours = sphere_moments(find_kernel("sigmoid"), reach, dim, 1.0, 1.0).square
    assert abs(ours - exact) <= 1e-8 if dim == 2 else abs(ours - exact) <= 1e-13
