"""Feature maps: how many features, what they are, and the maps that estimate a kernel."""

import math

import numpy as np
import pytest

from refmem.algebra.numbers import fractions, intervals
from refmem.functions.features import (
    FEATURE_MAPS,
    dpfp,
    elu_plus_one,
    find_features,
    identity,
    symmetric_power,
    taylor,
)
from refmem.functions.random_features import gaussian_projection, positive_random, random_fourier
from refmem.laws.exact import assert_enclosures_overlap, assert_same


@pytest.mark.parametrize("phi", [identity, elu_plus_one, dpfp(3), taylor(3), symmetric_power(3)])
@pytest.mark.parametrize("K", [1, 2, 5])
def test_the_width_is_the_number_of_features(phi, K):
    x = np.random.default_rng(0).standard_normal((4, K))
    assert phi.of_key(x).shape == phi.of_query(x).shape == (4, phi.width(K))


def test_symmetric_powers_are_as_few_as_can_be():
    assert symmetric_power(3).width(5) == math.comb(7, 3)
    assert taylor(2).width(64) == 1 + 64 + 64 * 65 // 2


def test_elu_plus_one():
    x = np.array([-1.0, 0.0, 2.0])
    want = np.array([np.exp(-1.0), 1.0, 3.0])
    assert_same(elu_plus_one.of_key(x), want, "elu_plus_one")
    assert_enclosures_overlap(elu_plus_one.of_key(intervals(x))[1:], intervals([1, 3]), "of 0, 2")


def test_dpfp_by_hand():
    # r = ReLU([2, -3, -2, 3]) = (2, 0, 0, 3); r[i] r[i + 1]: 0 0 0 6; r[i] r[i + 3]: 6 0 0 0
    got = dpfp(3).of_key(fractions([2, -3]))
    assert_same(got, fractions([0, 0, 0, 6, 0, 0, 0, 0, 6, 0, 0, 0]), "dpfp(3)")


@pytest.mark.parametrize("dtype", [np.float16, np.float32, np.float64, np.longdouble, complex])
@pytest.mark.parametrize("phi", [identity, elu_plus_one, dpfp(1), taylor(2), symmetric_power(2)])
def test_the_kind_of_number_stays(phi, dtype):
    x = np.ones((3, 2), dtype=dtype)
    assert phi.of_key(x).dtype == phi.of_query(x).dtype == dtype


def mean_and_spread(phi_of, q, k, draws=2000):
    """The mean of so many estimates, and how far from their expectation it may be: 6 deviations
    of the mean, which fails once in 10^8."""
    maps = (phi_of(seed) for seed in range(draws))
    estimates = np.array([phi.of_query(q) @ phi.of_key(k) for phi in maps])
    return estimates.mean(), 6 * estimates.std() / math.sqrt(draws)


@pytest.mark.parametrize("orthogonal", [True, False])
@pytest.mark.parametrize(
    ("make", "kernel"),
    [
        (positive_random, lambda q, k: np.exp(q @ k)),
        (random_fourier, lambda q, k: np.exp(-((q - k) @ (q - k)) / 2)),
    ],
)
def test_random_features_have_no_bias(make, kernel, orthogonal):
    q, k = np.array([0.5, -0.2, 0.1]), np.array([0.3, 0.4, -0.6])

    def draw(seed):
        random = np.random.default_rng(seed)
        return make(gaussian_projection(random, 5, 3, orthogonal=orthogonal))

    mean, spread = mean_and_spread(draw, q, k)
    assert abs(mean - kernel(q, k)) < spread
    assert spread < 0.1


def test_orthogonal_rows_are_orthogonal():
    w = gaussian_projection(np.random.default_rng(0), 5, 3)
    products = w @ w.T
    lengths = np.sqrt(np.diagonal(products))
    cosines = products / lengths / lengths[:, None]
    within_blocks = [(0, 1), (0, 2), (1, 2), (3, 4)]
    # Householder's factors are orthogonal to within a small multiple of K e.
    assert all(abs(cosines[pair]) < 30 * np.finfo(float).eps for pair in within_blocks)
    assert abs(cosines[0, 3]) > 1e-3
    assert w.shape == (5, 3)


def test_feature_maps_are_found_by_name():
    assert all(find_features(name) is phi for name, phi in FEATURE_MAPS.items())
    with pytest.raises(
        ValueError, match=r"feature_map: name has value 'elu_plus'.*did you mean 'elu_plus_one'\?"
    ):
        find_features("elu_plus")
