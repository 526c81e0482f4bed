"""Kernels: known values, those of the angle, and that weights and pairwise say the same."""

import math

import numpy as np
import pytest
import sympy as sp

from refmem.algebra import exp, transposed
from refmem.algebra.numbers import fractions, intervals
from refmem.functions import kernels
from refmem.functions.kernels import (
    KERNELS,
    arc_cosine,
    cosine,
    find_kernel,
    polynomial,
    solu,
    taylor,
)
from tests.exact import assert_same

NO_ANGLE = [kernel for kernel in KERNELS.values() if kernel.lengths is None]
RANDOM = np.random.default_rng(0)


def test_taylor_is_the_start_of_exp():
    # 1 - 2 + 4/2 - 8/6 = -1/3      1 + 3 + 9/2 + 27/6 = 13
    assert_same(taylor(0).weight(fractions([-2, 3])), fractions([1, 1]), "taylor(0)")
    got = taylor(3).weight(fractions([-2, 3]))
    assert_same(got, fractions([-1, 39]) / 3, "taylor(3)")
    assert taylor(3).equation == "1 + x + x^2/2 + x^3/6"


def test_solu_is_the_score_times_its_exponential():
    x = np.array([sp.Integer(2), sp.Integer(-1)], dtype=object)
    assert list(solu.weight(x)) == [2 * sp.exp(2), -sp.exp(-1)]


@pytest.mark.parametrize("kernel", [taylor(2), polynomial(3), *NO_ANGLE], ids=lambda k: k.name)
def test_pairwise_is_the_weight_of_inner_products(kernel):
    """Weights come over exp(shift), which is 1 for all but softmax."""
    make = fractions if kernel.name in RATIONAL else intervals
    q, k = make(RANDOM.integers(-4, 5, (2, 3, 2)) / 4)
    weights, shift = kernel.shifted_weights(q @ transposed(k), np.ones((3, 3), dtype=bool))
    assert (shift == 0).all() or kernel is kernels.softmax
    factor = exp(shift) if kernel is kernels.softmax else 1
    assert_same(kernel.pairwise(q, k), weights * factor, kernel.name)


RATIONAL = ("linear", "relu", "round", "taylor(2)", "polynomial(3)")


@pytest.mark.parametrize("angle", [0, "pi/6", "pi/2", "2*pi/3", "pi"])
def test_kernels_of_the_angle(angle):
    t = sp.sympify(angle)
    q = np.array([[2, 0]], dtype=object) * sp.Integer(1)
    k = np.array([[3 * sp.cos(t), 3 * sp.sin(t)]], dtype=object)
    one = arc_cosine(1).pairwise(q, k)[0, 0]
    assert sp.simplify(cosine.pairwise(q, k)[0, 0] - sp.cos(t)) == 0
    assert sp.simplify(arc_cosine(0).pairwise(q, k)[0, 0] - (1 - t / sp.pi)) == 0
    assert sp.simplify(one - 6 * (sp.sin(t) + (sp.pi - t) * sp.cos(t)) / sp.pi) == 0


def test_arc_cosines_are_twice_the_mean_of_random_features():
    """A mean of N independent features is within 6 standard deviations of its expectation but for
    once in 10^8; products of step features have deviation at most 1/2, of ReLU ones at most 3."""
    q, k, N = np.array([1.0, 0.0]), np.array([0.6, 0.8]), 100_000
    w = np.random.default_rng(1).standard_normal((N, 2))
    step = 2 * ((w @ q > 0) & (w @ k > 0)).mean()
    ramp = 2 * (np.maximum(w @ q, 0) * np.maximum(w @ k, 0)).mean()
    pairs = q[None], k[None]
    assert abs(step - arc_cosine(0).pairwise(*pairs)[0, 0]) < 2 * 6 * 0.5 / math.sqrt(N)
    assert abs(ramp - arc_cosine(1).pairwise(*pairs)[0, 0]) < 2 * 6 * 3 / math.sqrt(N)


def test_parallel_vectors_have_no_angle_in_floats():
    x = RANDOM.standard_normal((50, 3))
    diagonal = np.diagonal(arc_cosine(0).pairwise(x, 3 * x))
    # cos t is 1 up to 8 roundings e; then t is at most sqrt(2 * 8 e) and a half more.
    assert (1 - diagonal <= math.sqrt(24 * np.finfo(float).eps) / np.pi).all()
    assert (diagonal <= 1).all()


def test_a_zero_vector_is_like_none():
    assert_same(cosine.pairwise(np.zeros((1, 2)), np.ones((1, 2))), np.zeros((1, 1)), "cosine")


def test_kernels_are_found_by_name():
    assert all(find_kernel(name) is kernel for name, kernel in KERNELS.items())
    assert find_kernel(kernels.linear) is kernels.linear
    with pytest.raises(
        ValueError, match=r"kernel: name has value 'cosin'.*did you mean 'cosine'\?"
    ):
        find_kernel("cosin")
    for what_is_no_name in ([], np.tanh):
        with pytest.raises(
            ValueError, match=r"kernel: name has value .* or a Kernel, because these"
        ):
            find_kernel(what_is_no_name)


@pytest.mark.parametrize(
    ("make", "argument", "message"),
    [
        (polynomial, -1, r"polynomial: degree has value -1, expected a whole number of at least 0"),
        (taylor, 1.5, r"taylor: order has value 1.5, expected a whole number of at least 0"),
        (arc_cosine, 2, r"arc_cosine: order has value 2, expected 0 or 1"),
    ],
)
def test_orders_are_checked(make, argument, message):
    with pytest.raises(ValueError, match=message):
        make(argument)
