"""Quantiles of 1/SNR: beside drawn memories, and where they are refused."""

import math

import numpy as np
import pytest
from scipy.stats import binom

from refmem.functions import kernels
from refmem.studies.capacity import Values, best_tau, share_below, typical_inverse_snr

DRAWN = 4000


def drawn_noise(tau, pairs, norm2):
    """The noise of so many memories of Gaussian keys, averaged over their values."""
    s, rng = math.sqrt(norm2), np.random.default_rng(5)
    z = rng.standard_normal((DRAWN, pairs - 1))
    return np.sort(np.exp(2 * (s * z - norm2) / tau).sum(1))


@pytest.mark.parametrize(("tau", "pairs", "norm2"), [(2, 200, 36), (6, 200, 36), (0.7, 30, 4)])
@pytest.mark.parametrize("quantile", [0.1, 0.5, 0.9])
def test_as_many_drawn_memories_are_below(tau, pairs, norm2, quantile):
    noise = drawn_noise(tau, pairs, norm2)
    given = {"pairs": pairs, "dim": norm2, "tau": tau}
    typical = typical_inverse_snr("exp", quantile=quantile, **given)
    low, high = binom.interval(0.9999, DRAWN, quantile)
    assert low <= (noise <= typical).sum() <= high
    assert abs(share_below("exp", typical, **given) - quantile) < 1e-6


def test_keys_of_a_sphere_have_a_cosine():
    """One other key of a sphere in 3 dimensions: its cosine is uniform."""
    found = typical_inverse_snr("exp", pairs=2, dim=3, keys="sphere", norm2=4, tau=1, quantile=0.75)
    assert found == pytest.approx(math.exp(2 * 4 * (0.5 - 1)), rel=1e-5)


def test_many_pairs_are_no_more_work():
    """All memories have the mean noise then."""
    few, many = (typical_inverse_snr("linear", pairs=n, dim=16) for n in (10**6, 10**12))
    assert few == pytest.approx(1e6 / 16, rel=3e-3)
    assert many == pytest.approx(1e12 / 16, rel=3e-3)


def test_a_relu_may_have_no_noise():
    assert typical_inverse_snr("relu", pairs=2, dim=8, quantile=0.4) == 0
    assert typical_inverse_snr("exp", pairs=1, dim=8) == 0
    assert share_below("exp", 0.0, pairs=1, dim=8) == 1


def test_the_best_temperature_is_the_clearest():
    given = {"pairs": 10**3, "dim": 6}
    best = best_tau("exp", quantile=0.5, **given)
    at = [typical_inverse_snr("exp", tau=best * part, **given) for part in (0.9, 1, 1.1)]
    assert at[1] == min(at)
    assert best < 2


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"quantile": 1.0}, "quantile has value 1.0, expected more than 0 and less than 1"),
        ({"kernel": "round"}, "kernel has value round, expected one of the score and without a"),
        ({"kernel": "cosine"}, "kernel has value cosine, expected one of the score"),
        ({"keys": "rademacher"}, "keys has a value, expected none, because only Gaussian keys"),
        ({"values": Values(4, mean=1.0)}, "values has a value, expected none, because values with"),
        ({"pairs": 10**16}, r"pairs has value 1e\+16, expected at most 1e\+15"),
    ],
)
def test_what_has_no_distribution_is_refused(given, message):
    given = {"kernel": "exp", "pairs": 8, "dim": 4} | given
    with pytest.raises(ValueError, match="capacity: " + message):
        typical_inverse_snr(**given)


def test_only_exponentials_have_a_typical_temperature():
    with pytest.raises(ValueError, match="expected exp or softmax at no given tau"):
        best_tau(kernels.taylor(2), dim=4, pairs=8, quantile=0.5)
