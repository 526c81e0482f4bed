"""Feature maps: vectors whose inner product is a kernel, so that a finite memory can hold it.

    kernel(q, k) = of_query(q) . of_key(k)

Where the weights of the features are not squares (the 2 in (q . k)^2 = ... + 2 q1 q2 k1 k2), they
all go to the query's side: no square root, so these maps are exact in every number system. Maps
that are random, and estimate a kernel, are in `refmem.functions.random_features`.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from itertools import combinations_with_replacement
from math import comb, factorial, prod
from typing import NamedTuple

import numpy as np

from refmem.algebra import exp, greater, ones, relu, zeros
from refmem.functions import kernels
from refmem.functions.finding import find
from refmem.functions.kernels import Kernel


class FeatureMap(NamedTuple):
    """A finite feature map.

    name      as users write it
    equation  what the inner product of two mapped vectors x and y is
    of_key    keys (..., K) -> features (..., F)
    of_query  queries likewise, with the weights of the features
    width     K -> F
    kernel    the kernel of x . y that it is exactly, where it is one
    """

    name: str
    equation: str
    of_key: Callable[[np.ndarray], np.ndarray]
    of_query: Callable[[np.ndarray], np.ndarray]
    width: Callable[[int], int]
    kernel: Kernel | None = None

    def __repr__(self) -> str:
        return self.name


def _symmetric(
    name: str,
    equation: str,
    features: Callable[[np.ndarray], np.ndarray],
    width: Callable[[int], int],
    kernel: Kernel | None = None,
) -> FeatureMap:
    """A map that treats queries and keys alike."""
    return FeatureMap(name, equation, features, features, width, kernel)


# ---- polynomials


@cache
def _picks(K: int, degree: int) -> tuple[np.ndarray, list[int]]:
    """The coordinates each monomial multiplies, (F, degree), and the factorials of how often."""
    picks = list(combinations_with_replacement(range(K), degree))
    repeats = [prod(factorial(pick.count(c)) for c in set(pick)) for pick in picks]
    return np.array(picks, dtype=int).reshape(len(picks), degree), repeats


def monomials(x: np.ndarray, degree: int) -> np.ndarray:
    """Every product of `degree` coordinates of x, each once: (..., K) -> (..., F).

    >>> monomials(np.array([2., 3.]), 2)
    array([4., 6., 9.])
    """
    picks, _ = _picks(x.shape[-1], degree)
    product = ones((*x.shape[:-1], len(picks)), x)
    for coordinates in picks.T:
        product = product * x[..., coordinates]
    return product


def _over_repeats(x: np.ndarray, degree: int) -> np.ndarray:
    """Monomials by the factorials of their exponents: against those of y, (x . y)^degree/degree!"""
    _, repeats = _picks(x.shape[-1], degree)
    return monomials(x, degree) / np.array(repeats, dtype=x.dtype)


def _count(K: int, degree: int) -> int:
    return comb(K + degree - 1, degree)


def symmetric_power(degree: int) -> FeatureMap:
    """The C(K + p - 1, p) monomials of degree p: the kernel (x . y)^p.

    Proof: derivations/kernels/symmetric_power.py

    >>> phi = symmetric_power(2)
    >>> phi.of_query(np.array([1., 2.])), phi.of_key(np.array([3., 4.]))
    (array([1., 4., 4.]), array([ 9., 12., 16.]))
    """
    kernel = kernels.polynomial(degree)
    return FeatureMap(
        f"symmetric_power({degree})",
        f"(x . y)^{degree}",
        of_key=lambda x: monomials(x, degree),
        of_query=lambda x: _over_repeats(x, degree) * factorial(degree),
        width=lambda K: _count(K, degree),
        kernel=kernel,
    )


def taylor(order: int) -> FeatureMap:
    """The monomials of every degree up to `order`: the Taylor polynomial of exp(x . y).

    Proof: derivations/kernels/taylor.py

    >>> phi = taylor(2)
    >>> phi.of_query(np.array([2.])), phi.of_key(np.array([3.]))
    (array([1., 2., 2.]), array([1., 3., 9.]))
    """
    kernel, degrees = kernels.taylor(order), range(order + 1)
    return FeatureMap(
        f"taylor({order})",
        f"sum of (x . y)^n/n! over n = 0..{order}",
        of_key=lambda x: np.concatenate([monomials(x, n) for n in degrees], axis=-1),
        of_query=lambda x: np.concatenate([_over_repeats(x, n) for n in degrees], axis=-1),
        width=lambda K: sum(_count(K, n) for n in degrees),
        kernel=kernel,
    )


# ---- elementwise maps


def _elu_plus_one(x: np.ndarray) -> np.ndarray:
    """Of slope 1 at 0 from both sides: `greater` keeps the slope there, of which relu has none."""
    return relu(x) + exp(-greater(-x, zeros((1,), x)))


def dpfp(nu: int = 1) -> FeatureMap:
    """Deterministic parameter-free projection: with r = ReLU([x, -x]), every r[i] r[i + j] for
    j = 1..nu, around the end. Most features of a vector are zero, so vectors rarely collide.

    Source: Schlag et al. 2021, arXiv:2102.11174.

    >>> dpfp(1).of_key(np.array([2., -3.]))
    array([0., 0., 0., 6.])
    """

    def features(x: np.ndarray) -> np.ndarray:
        r = relu(np.concatenate([x, -x], axis=-1))
        places = np.arange(r.shape[-1])
        shifted = [r[..., (places + j) % len(places)] for j in range(1, nu + 1)]
        return np.concatenate([r * s for s in shifted], axis=-1)

    equation = "sum over i, j of r(x)[i] r(x)[i + j] r(y)[i] r(y)[i + j]"
    return _symmetric(f"dpfp({nu})", equation, features, lambda K: 2 * K * nu)


identity = _symmetric("identity", "x . y", lambda x: x, lambda K: K, kernels.linear)
elu_plus_one = _symmetric(
    "elu_plus_one", "elu1(x) . elu1(y), elu1(x) = x + 1 or exp(x)", _elu_plus_one, lambda K: K
)

FEATURE_MAPS = {phi.name: phi for phi in (identity, elu_plus_one)}


def find_features(feature_map: FeatureMap | str) -> FeatureMap:
    """A feature map, or the feature map of that name."""
    return find("feature_map", FeatureMap, FEATURE_MAPS, feature_map)
