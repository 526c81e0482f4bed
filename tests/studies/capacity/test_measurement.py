"""Measured SNR: by hand, against the closed form for given keys, and on its own simulations."""

import math

import numpy as np
import pytest

from refmem.functions.kernels import KERNELS, arc_cosine, find_kernel, polynomial
from refmem.studies.capacity import (
    Values,
    effective_dim,
    entropy,
    ffn_entropy,
    gaussian_prediction,
    inverse_snr,
    kernel_entropy,
    log_inverse_snr,
    measure,
)
from refmem.studies.capacity.simulation import Simulation

RANDOM = np.random.default_rng(0)
KEYS, VALUES = RANDOM.standard_normal((2, 50, 6))


def test_by_hand():
    """Keys (1, 0), (1, 1), values 2 and 3: reading with the first, weights 1 and 1; with the
    second, 1 and 2. So 1/SNR is 3^2/2^2 and (1 * 2)^2/(2 * 3)^2."""
    found = measure(np.array([[1.0, 0], [1, 1]]), np.array([[2.0], [3]]), kernel="linear")
    third = -(math.log(1 / 3) / 3 + 2 * math.log(2 / 3) / 3)
    by_hand = [[9 / 4, 1 / 9], [1, 1 / 4], [math.log(2), third]]
    assert np.abs(np.array(found) - by_hand).max() <= 32 * np.finfo(float).eps
    assert (found.mean, found.median) == (found.inverse_snr.mean(), np.median(found.inverse_snr))


@pytest.mark.parametrize("kernel", [*KERNELS, polynomial(3), arc_cosine(1)])
def test_the_definition_pair_by_pair(kernel):
    """The read of the shipped kernel, less its own pair, entry by entry."""
    found = measure(KEYS, VALUES, kernel=kernel, tau=2.0)
    weights = find_kernel(kernel).pairwise(KEYS / 2, KEYS)
    for i in (0, 17, 49):
        others = np.arange(50) != i
        crosstalk = weights[i, others] @ VALUES[others]
        signal = (weights[i, i] * VALUES[i]) ** 2
        scale = (abs(weights[i, others]) @ abs(VALUES[others])) ** 2
        error = 256 * np.finfo(float).eps * scale.sum() / signal.sum() if signal.sum() else 0
        with np.errstate(divide="ignore"):
            exact = (crosstalk**2).sum() / signal.sum()
        assert found.inverse_snr[i] == exact or abs(found.inverse_snr[i] - exact) <= error


def test_blocks_change_nothing(monkeypatch):
    whole = measure(KEYS, VALUES)
    monkeypatch.setattr("refmem.studies.capacity.given.BLOCK", 110)  # two rows at a time
    parts = measure(KEYS, VALUES)
    for one, other in zip(whole, parts, strict=True):
        assert np.abs(one - other).max() <= 256 * np.finfo(float).eps * np.abs(one).max()


def test_the_closed_form_for_given_keys_is_the_mean_over_values():
    """4000 draws of values with a mean, stored under the same keys and read everywhere."""
    values = Values(4, mean=0.5)
    theory = inverse_snr("exp", keys=KEYS, tau=3.0, values=values)
    random, noise = np.random.default_rng(1), []
    for _ in range(4000):
        found = measure(KEYS, values.draw(random, 50), tau=3.0)
        noise.append(found.expected.mean())
        assert found.expected.mean() == noise[0]
    reads = []
    weights = find_kernel("exp").pairwise(KEYS / 3, KEYS)
    for _ in range(4000):
        drawn = values.draw(random, 50)
        crosstalk = weights @ drawn - np.diag(weights)[:, None] * drawn
        reads.append(((crosstalk**2).sum(1) / np.diag(weights) ** 2).mean() / values.power)
    low, high = Simulation(np.array(reads), np.ones(4000)).interval_at(0.999)
    assert low <= theory <= high


def test_huge_scores_do_not_overflow():
    """At tau = 1e-3 weights are exp(10^4): the nearest key alone is heard, and it is its own."""
    found = measure(KEYS / np.linalg.norm(KEYS, axis=1, keepdims=True), VALUES, tau=1e-3)
    assert np.isfinite(found.inverse_snr).all()
    assert found.inverse_snr.max() < 1e-6


def test_queries_and_targets():
    own = measure(KEYS, VALUES, tau=2.0)
    asked = measure(KEYS, VALUES, tau=2.0, queries=KEYS[3:5], targets=np.array([3, 4]))
    bound = 64 * np.finfo(float).eps * own.inverse_snr[3:5].max()
    assert np.abs(asked.inverse_snr - own.inverse_snr[3:5]).max() <= bound


def test_a_value_or_a_key_of_zero_has_no_signal():
    keys, values = KEYS[:3].copy(), VALUES[:3].copy()
    keys[0], values[1] = 0, 0
    found = measure(keys, values, kernel="linear").inverse_snr
    assert found[:2].tolist() == [np.inf, np.inf]
    assert np.isfinite(found[2])


def test_effective_dimension():
    assert effective_dim(np.eye(5)) == 5
    assert effective_dim(np.ones((4, 5))) == 1
    keys = np.random.default_rng(0).standard_normal((20000, 4)) * [1, 1, 2, 0]
    exact = (1 + 1 + 4) ** 2 / (1 + 1 + 16)
    assert abs(effective_dim(keys) - exact) < 0.1  # ten standard errors of 20000 keys


def test_a_memory_of_narrow_keys_is_as_noisy_as_its_effective_dimension():
    """Gaussian keys of variances 1, 1, 4, read with a key of the typical square in each entry."""
    variances = np.array([1.0, 1, 4])
    random, noise = np.random.default_rng(0), []
    for _ in range(4000):
        query = np.sqrt(variances) * random.choice([-1.0, 1.0], 3)
        scores = (random.standard_normal((9, 3)) * np.sqrt(variances)) @ query
        noise.append((scores**2).sum() / (query @ query) ** 2)
    low, high = Simulation(np.array(noise), np.ones(4000)).interval_at(0.999)
    assert low <= 9 / (36 / 18) <= high


def test_entropy_is_between_one_memory_and_all():
    assert entropy(np.eye(7)).tolist() == [0] * 7
    assert np.abs(entropy(np.ones((2, 8))) - math.log(8)).max() <= 8 * np.finfo(float).eps
    assert entropy(np.zeros(4)) == 0
    assert entropy(-np.ones(4)) == entropy(np.ones(4))


def test_a_clear_kernel_is_monosemantic():
    """exp warm, SoLU, ReLU, linear: the higher the SNR, the fewer memories answer."""
    stored = {"pairs": 256, "dim": 32}
    order = [
        (log_inverse_snr(kernel, **stored), kernel_entropy(kernel, trials=50, **stored).mean())
        for kernel in ("exp", "relu", "linear")
    ]
    assert order == sorted(order)
    colder = kernel_entropy("exp", tau=3, trials=50, **stored).mean()
    assert colder < order[0][1]


def test_the_entropy_of_a_block():
    """Activations (1, 2), (0, 0): a token that excites nothing has none."""
    x, w_in = np.array([[1.0, 0], [0, -1]]), np.array([[1.0, 0], [2, 1]])
    found = ffn_entropy(x, w_in)
    assert found[1] == 0
    assert abs(found[0] - entropy(np.array([1.0, 2]))) == 0


def test_for_the_linear_kernel_being_gaussian_changes_nothing():
    """The sum of squared scores is the second moment's, exactly; rounding is all that differs."""
    keys = np.random.default_rng(3).exponential(1, (40, 5))
    one, other = (
        gaussian_prediction(keys, kernel="linear"),
        measure(keys, keys, kernel="linear").expected,
    )
    assert np.abs(one - other).max() <= 256 * np.finfo(float).eps * other.max()


@pytest.mark.parametrize("kernel", ["exp", "relu", "sigmoid", "solu"])
@pytest.mark.parametrize("isotropic", [False, True])
def test_gaussian_keys_are_as_noisy_as_predicted(kernel, isotropic):
    """100 sets of 64 keys: the difference of measured and predicted noise is 0 on average, if the
    predicted second moment is theirs."""
    random, spread = np.random.default_rng(1), np.ones(6) if isotropic else np.linspace(0.3, 1.7, 6)
    different = []
    for _ in range(100):
        keys = random.standard_normal((64, 6)) * spread
        keys[0] = spread  # one read at a typical length; the other reads are of random length
        measured = measure(keys, keys, kernel=kernel, tau=4.0).expected[0]
        different.append(
            measured / gaussian_prediction(keys, kernel=kernel, tau=4.0, isotropic=isotropic)[0]
        )
    low, high = Simulation(np.array(different), np.ones(100)).interval_at(0.999)
    assert low <= 1.0 <= high


def test_an_isotropic_prediction_has_the_mean_square_of_the_other_keys():
    """Linear, by hand: 1/SNR_i = (sum over the others of |k_j|^2)/(d |k_i|^2)."""
    keys = np.array([[1.0, 0], [1, 1], [0, 2]])
    found = gaussian_prediction(keys, kernel="linear", isotropic=True)
    assert np.abs(found - [6 / 2, 5 / 4, 3 / 8]).max() <= 64 * np.finfo(float).eps


def test_one_key_or_keys_of_zero_predict_no_noise():
    assert gaussian_prediction(np.ones((1, 3))).tolist() == [0.0]
    assert gaussian_prediction(np.array([[0.0, 1], [1, 0]]), kernel="linear").tolist() == [0, 0]


def test_a_kernel_of_the_angle_has_no_prediction():
    with pytest.raises(ValueError, match=r"^capacity: kernel has value cosine, expected one of"):
        gaussian_prediction(np.eye(3), kernel="cosine")


def test_a_prediction_too_cold_for_its_keys_warns_with_the_bound():
    """Scores of variance s^2 show their mean above s sqrt(2/ln N): here s^2 = 64, N = 64."""
    keys = 8 * np.concatenate([np.eye(32), -np.eye(32)])
    bound = np.sqrt(2 * 64 * (keys[1:, 0] ** 2).sum() / 63 / np.log(64))
    with pytest.warns(UserWarning, match=f"tau has value 1, expected at least {bound:.4g}, beca"):
        gaussian_prediction(keys, tau=1.0)
    gaussian_prediction(keys, tau=1.01 * bound)  # no warning, which would be an error


def test_directions_around_the_mean():
    keys = np.array([[9.0, 1, 0], [9, -1, 0], [9, 0, 1], [9, 0, -1]])
    assert effective_dim(keys, centred=True) == 2
    assert effective_dim(keys) == 328**2 / (324**2 + 2 * 2**2)
    assert effective_dim(np.ones((4, 5)), centred=True) == 0
