"""Claim: positive random features estimate exp(x . y) without bias, with a known variance.

    phi_w(x) = exp(w . x - |x|^2/2), w standard normal         always positive
    E phi_w(x) phi_w(y) = exp(x . y)
    Var = exp(2 x . y) (exp(|x + y|^2) - 1) / m                the mean of m independent features

The relative error is small for opposite vectors and explodes along x = y, where softmax looks.
For exp(x . y/tau) use x/sqrt(tau) and y/sqrt(tau).

Used by:  refmem.functions.kernels, snr/random_features
Source:   Choromanski et al. 2021, arXiv:2009.14794
Method:   w has independent coordinates, so each average is a product of one-dimensional Gaussian
          integrals, and the exponents add over the coordinates.
"""

import numpy as np
import sympy as sp

from refmem.functions.random_features import positive_random

from ..proving.averages import gaussian
from ..proving.statement import Equation, Inequality
from ..proving.symbols import z

x, y = sp.symbols("x y", real=True)  # one coordinate of each vector
m = sp.Symbol("m", integer=True, positive=True)
dot, norm_x, norm_y = sp.symbols("x.y |x|^2 |y|^2", real=True)
norm_sum = norm_x + 2 * dot + norm_y  # |x + y|^2
variance = sp.exp(2 * dot) * (sp.exp(norm_sum) - 1) / m


def feature(w, x):
    return sp.exp(w * x - x**2 / 2)


def one_coordinate_has_no_bias():
    """E e^(w (x + y)) = e^((x + y)^2/2), and the norms take the squares away: e^(x y) is left."""
    yield Equation((x + y) ** 2 / 2 - x**2 / 2 - y**2 / 2, x * y)
    yield Equation(gaussian(feature(z, x) * feature(z, y), z), sp.exp(x * y))


def the_second_moment_doubles_the_vectors():
    """E e^(2 w (x + y) - x^2 - y^2) = e^(2 (x + y)^2 - x^2 - y^2) = e^((x + y)^2 + 2 x y)."""
    square = (feature(z, x) * feature(z, y)) ** 2
    yield Equation(gaussian(square, z), sp.exp((x + y) ** 2 + 2 * x * y))
    yield Equation(2 * (x + y) ** 2 - x**2 - y**2, (x + y) ** 2 + 2 * x * y)


def the_mean_of_independent_features_has_the_variance():
    """(E f^2 - (E f)^2)/m, since variances of independent features add: m Var/m^2."""
    one = sp.exp(norm_sum + 2 * dot) - sp.exp(dot) ** 2
    yield Equation(m * one / m**2, variance)


def opposite_vectors_are_exact_and_equal_ones_worst():
    """y = -x gives |x + y| = 0 and no variance; y = x the relative variance (e^(4|x|^2) - 1)/m."""
    r = sp.Symbol("r", nonnegative=True)
    yield Equation(variance.subs({dot: -r, norm_x: r, norm_y: r}), 0)
    relative = variance / sp.exp(2 * dot)
    yield Equation(relative.subs({dot: r, norm_x: r, norm_y: r}), (sp.exp(4 * r) - 1) / m)
    gap = sp.Symbol("gap", nonnegative=True)  # |x - y|^2 = 2|x|^2 + 2|y|^2 - |x + y|^2
    yield Equation(norm_sum.subs(dot, (norm_x + norm_y - gap) / 2), 2 * norm_x + 2 * norm_y - gap)
    yield Inequality(2 * norm_x + 2 * norm_y - gap, 2 * norm_x + 2 * norm_y)


def the_shipped_features_are_these():
    """refmem.functions.random_features.positive_random of one direction w, one coordinate."""
    w = sp.Symbol("w", real=True)
    shipped = positive_random(np.array([[w]]))
    for side, at in ((shipped.of_query, x), (shipped.of_key, y)):
        yield Equation(side(np.array([[at]]))[0, 0], feature(w, at))


def false_twin_without_the_norms():
    """exp(w . x) alone estimates exp(|x + y|^2/2)."""
    yield Equation(gaussian(sp.exp(z * x) * sp.exp(z * y), z), sp.exp(x * y))


CLAIMS = (
    one_coordinate_has_no_bias,
    the_second_moment_doubles_the_vectors,
    the_mean_of_independent_features_has_the_variance,
    opposite_vectors_are_exact_and_equal_ones_worst,
    the_shipped_features_are_these,
)
FALSE = (false_twin_without_the_norms,)
