"""Law: what is simulated is what the closed forms say, within its confidence interval.

Seeds are fixed, and intervals are so wide that a right formula has one chance in a hundred to fail
any of the rows below (Bonferroni); each is still narrow enough to see a mistake of one pair in N,
or a factor of two.
"""

import math
import time

import numpy as np
import pytest

import refmem
from refmem.functions.kernels import arc_cosine, polynomial, taylor
from refmem.functions.random_features import positive_random
from refmem.studies.capacity import (
    Values,
    ffn_inverse_snr,
    heads_inverse_snr,
    inverse_snr,
    kernel_of,
    least_tau,
    log_inverse_snr,
    random_features_inverse_snr,
    simulate,
)
from refmem.studies.capacity.setting import setting
from refmem.studies.capacity.simulation import Simulation, draw_keys, draw_read
from refmem.studies.capacity.values import STANDARD

SIZES = ((16, 9), (64, 16), (256, 25))
"""Pairs and width. The temperature is 1.9 sqrt(d): warm, and s^2/tau is not a half, which `round`
would decide by a rounding error."""
KERNELS = (
    "linear",
    "relu",
    "exp",
    "solu",
    "sigmoid",
    "round",
    "cosine",
    polynomial(2),
    taylor(2),
    arc_cosine(0),
    arc_cosine(1),
    kernel_of("gelu"),
    kernel_of("silu"),
    kernel_of("relu_squared"),
)
SETTINGS = (
    {},
    {"norm2": 12.0},
    {"keys": "sphere"},
    {"keys": "rademacher"},
    {"cosine": 0.8},
    {"values": Values(5, mean=0.3, covariance=np.diag([1.0, 2, 3, 4, 5]))},
    {"values": Values(7, averaged=True)},
)
OTHERS = (
    ("linear", {"keys": "averaged"}),
    ("relu", {"keys": "averaged"}),
    ("exp", {"keys": "averaged"}),
    ("solu", {"keys": "averaged"}),
    (arc_cosine(1), {"keys": "averaged"}),
    ("linear", {"sigma": 0.5}),
    ("exp", {"sigma": 0.5}),
    ("linear", {"keys": "rademacher", "cosine": 7 / 9}),
)
ROWS = [
    *((kernel, given, SIZES[0]) for kernel in KERNELS for given in SETTINGS),
    *((kernel, {}, size) for kernel in KERNELS for size in SIZES[1:]),
    *((kernel, given, SIZES[0]) for kernel, given in OTHERS),
    *((kernel, {}, size) for kernel, _ in OTHERS[:4] for size in SIZES[1:]),
]
CONFIDENCE = 1 - 0.01 / len(ROWS)


def assert_inside(found, theory, confidence=CONFIDENCE):
    low, high = found.interval_at(confidence)
    assert low <= theory <= high, f"{theory} is not in {low} .. {high}"


@pytest.mark.parametrize(("kernel", "given", "size"), ROWS)
def test_theory_is_inside_the_interval_of_the_simulation(kernel, given, size):
    pairs, dim = size
    stored = {"pairs": pairs, "dim": dim, "tau": 1.9 * math.sqrt(dim)} | given
    if kernel in ("exp", "solu"):
        assert stored["tau"] > least_tau(pairs, dim)
    assert_inside(simulate(kernel, trials=400, rng=1, **stored), inverse_snr(kernel, **stored))


def test_a_noisy_query_moves_the_signal_too():
    """sigma = 2 at s^2 = 9: the mean squared signal is 13/9 of the clean one."""
    stored = {"pairs": 16, "dim": 9, "sigma": 2.0}
    found = simulate("linear", trials=4000, rng=1, **stored)
    assert_inside(found, inverse_snr("linear", **stored), 0.999)
    with pytest.raises(AssertionError):
        assert_inside(found, inverse_snr("linear", **stored) * 13 / 9, 0.999)


def test_values_are_drawn_with_their_covariance():
    """Every entry of the second moment of 20000 values, within five standard errors."""
    covariance = np.array([[2.0, 1.2, 0], [1.2, 1, 0.1], [0, 0.1, 0.5]])
    drawn = Values(3, mean=[1, 0, -1], covariance=covariance).draw(np.random.default_rng(0), 20000)
    products = drawn[:, :, None] * drawn[:, None, :]
    error = abs(products.mean(0) - covariance - np.outer([1, 0, -1], [1, 0, -1]))
    assert (error <= 5 * products.std(0) / math.sqrt(20000)).all()


def test_a_value_with_a_mean_has_its_average_inverse_length():
    """Four entries of unit variance: E 1/|v|^2 = (1 - exp(-|mu|^2/2))/|mu|^2, a Poisson mixture."""
    for power in (0.01, 1.0, 9.0):
        values = Values(4, mean=math.sqrt(power / 4), averaged=True)
        exact = -math.expm1(-power / 2) / power
        assert abs(values.inverse_length / exact - 1) <= 1e-10  # the integral's tolerance is 1e-12


@pytest.mark.parametrize("factor", [16 / 15, 2, 0.5])
def test_a_wrong_theory_is_outside(factor):
    found = simulate("linear", pairs=16, dim=9, trials=6000, rng=1)
    with pytest.raises(AssertionError):
        assert_inside(found, factor * inverse_snr("linear", pairs=16, dim=9))


REFERENCE = [
    ("linear", None, 7.87, 7.98),
    ("relu", None, 3.995, 3.992),
    ("exp", 8, 4.29e-4, 4.25e-4),
    ("exp", 16, 0.286, 0.283),
    ("solu", 16, 8.56e-3, 8.83e-3),
    (polynomial(2), None, 0.377, 0.374),
    (polynomial(3), None, 0.0289, 0.0292),
]
"""d = 64, N = 512, norms fixed, 200 trials: simulated by others, and their theory."""


@pytest.mark.parametrize(("kernel", "tau", "reported", "theory"), REFERENCE)
def test_the_reference_run_is_reproduced(kernel, tau, reported, theory):
    """Theory to the digits reported; their estimate and ours within the sum of two intervals."""
    stored = {"pairs": 512, "dim": 64, "tau": tau}
    ours = inverse_snr(kernel, **stored)
    digits = len(f"{theory:e}".rstrip("0").partition("e")[0].rstrip("0").replace(".", ""))
    assert float(f"{ours:.{digits - 1}e}") == theory
    found = simulate(kernel, trials=200, rng=0, **stored)
    low, high = found.interval_at(1 - 0.01 / len(REFERENCE))
    assert abs(found.mean - reported) <= 2 * (high - low)
    assert low <= ours <= high


def test_the_first_trap_short_keys_dominate_an_average():
    """At d = 64, tau = 8 averaging over the key's length too gives 11 times the noise."""
    typical, averaged = (
        inverse_snr("exp", pairs=512, dim=64, tau=8, keys=keys) for keys in ("gaussian", "averaged")
    )
    assert round(averaged / typical) == 11


@pytest.mark.parametrize(("tau", "seen"), [(4, 0.92), (2, 0.01)])
def test_the_second_trap_a_cold_sample_does_not_show_its_mean(tau, seen):
    """What 200 reads of N = 512, d = 64 show of the mean noise; and it is said."""
    with pytest.warns(UserWarning, match=r"tau has value .*, expected at least 4.53, because"):
        found = simulate("exp", pairs=512, dim=64, tau=tau, rng=5)
    part = found.mean / inverse_snr("exp", pairs=512, dim=64, tau=tau)
    assert part < (seen + 1) / 2


def test_a_warm_sample_is_not_warned_about(recwarn):
    simulate("exp", pairs=512, dim=64, tau=8, trials=2)
    simulate("linear", pairs=512, dim=64, tau=0.1, trials=2)
    simulate("exp", pairs=1, dim=64, tau=0.1, trials=2)
    assert not recwarn.list


@pytest.mark.parametrize("kernel", KERNELS)
@pytest.mark.parametrize("keys", ["gaussian", "sphere", "rademacher"])
def test_one_pair_has_no_noise(kernel, keys):
    assert inverse_snr(kernel, pairs=1, dim=4, keys=keys) == 0
    assert log_inverse_snr(kernel, pairs=1, dim=4, keys=keys) == -math.inf
    assert simulate(kernel, pairs=1, dim=4, keys=keys, trials=3).mean == 0


def test_a_normaliser_leaves_every_read_as_it_was():
    stored = {"pairs": 40, "dim": 8, "trials": 20, "rng": 3}
    one, other = (simulate(kernel, **stored).noise for kernel in ("exp", "softmax"))
    assert (one == other).all()


def test_noise_grows_with_pairs_and_falls_with_width():
    for kernel in ("linear", "relu", "exp", "solu", polynomial(2), taylor(3)):
        by_pairs = [log_inverse_snr(kernel, pairs=2**n, dim=32) for n in range(1, 40)]
        assert by_pairs == sorted(by_pairs)
        by_width = [log_inverse_snr(kernel, pairs=64, dim=dim) for dim in range(2, 200)]
        assert by_width == sorted(by_width, reverse=True)


def test_the_simulated_read_is_that_of_the_shipped_attention():
    """The same keys and values through refmem.kernel_attention: its last query reads them all."""
    chosen = setting("exp", 6, 4, 2.0, "gaussian", None, 1.0, 0.0, STANDARD)
    random = np.random.default_rng(0)
    key, query = draw_read(chosen, random)
    keys = np.concatenate([draw_keys(chosen, random, 5), key[None]])
    values = random.standard_normal((6, 3))
    read = refmem.kernel_attention(
        np.broadcast_to(query, keys.shape), keys, values, kernel="exp", scale=0.5
    ).out[-1]
    weight = math.exp(key @ key / 2)
    crosstalk = read - weight * values[-1]
    by_hand = np.exp(keys[:-1] @ query / 2) @ values[:-1]
    assert np.abs(crosstalk - by_hand).max() <= 64 * np.finfo(float).eps * abs(weight)


def test_a_million_pairs_are_drawn_in_blocks():
    """Every block is forgotten: the peak is a few of them, not 10^5 keys of 128."""
    import tracemalloc

    tracemalloc.start()
    simulate("exp", pairs=10**5, dim=128, trials=1, values=Values(1))
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 40 * 2**20 < 10**5 * 128 * 8


def test_two_hundred_trials_take_less_than_a_second():
    start = time.process_time()
    simulate("exp", pairs=512, dim=64, tau=8, trials=200)
    assert time.process_time() - start < 1


def test_a_seed_says_what_is_drawn():
    runs = [simulate("linear", pairs=9, dim=4, trials=5, rng=seed).noise for seed in (0, 0, 1)]
    assert (runs[0] == runs[1]).all()
    assert (runs[0] != runs[2]).any()
    assert simulate("linear", pairs=9, dim=4, trials=1).interval == (-math.inf, math.inf)


def test_agreeing_heads_add_their_reads():
    """Four linear heads of width 4 under keys of their own; their reads of 9 pairs are added."""
    random, noise = np.random.default_rng(0), []
    for _ in range(2000):
        crosstalk = np.zeros(8)
        values = random.standard_normal((8, 8))
        for _ in range(4):
            key = random.standard_normal(4)
            key *= 2 / np.linalg.norm(key)
            crosstalk += (random.standard_normal((8, 4)) @ key) @ values
        noise.append((crosstalk @ crosstalk) / (4 * 4) ** 2 / 8)
    found = Simulation(np.array(noise), np.ones(2000))
    given = {"pairs": 9, "width": 16, "heads": 4, "arrangement": "agree"}
    assert_inside(found, heads_inverse_snr("linear", **given), 0.999)


@pytest.mark.parametrize("activation", ["relu", "gelu", "silu"])
def test_a_gated_unit_of_random_keys(activation):
    """refmem.glu with 32 units of width 9, its first unit matched by both keys."""
    random, noise = np.random.default_rng(0), []
    for _ in range(2000):
        x = random.standard_normal(9)
        x *= 3 / np.linalg.norm(x)
        keys = random.standard_normal((2, 32, 9))
        keys[:, 0] = x
        values = random.standard_normal((32, 9))
        read = refmem.glu(x[None], *keys, values, activation=activation).out[0]
        own = refmem.glu(x[None], *keys[:, :1], values[:1], activation=activation).out[0]
        unit = refmem.glu(x[None], *keys[:, :1], np.ones((1, 1)), activation=activation).out[0, 0]
        noise.append(((read - own) ** 2).sum() / unit**2 / 9)
    found = Simulation(np.array(noise), np.ones(2000))
    assert_inside(found, ffn_inverse_snr(activation, width=32, dim=9, gated=True), 0.999)


def test_routed_experts_hear_the_active_ones_only():
    """refmem.moe of 5 experts of 4 units, 2 of them chosen by the router's bias alone."""
    random, noise = np.random.default_rng(0), []
    for _ in range(2000):
        x = random.standard_normal(9)
        x *= 3 / np.linalg.norm(x)
        w_in, w_out = random.standard_normal((2, 5, 4, 9))
        w_in[0, 0] = x
        bias = np.array([2.0, *random.permutation([1.0, 0, 0, 0])])
        silent = np.zeros((5, 9))  # all experts score alike, and the two chosen weigh one half
        read = 2 * refmem.moe(x[None], silent, w_in, w_out, bias).out[0]
        noise.append(((read - 9 * w_out[0, 0]) ** 2).sum() / 9**2 / 9)
    found = Simulation(np.array(noise), np.ones(2000))
    assert_inside(found, ffn_inverse_snr(width=4, dim=9, experts=5, active=2), 0.999)


def test_random_features_hear_a_floor():
    """Positive random features of refmem, eight of them, over keys on a sphere of radius 1."""
    random, found = np.random.default_rng(0), []
    for _ in range(4000):
        keys = random.standard_normal((5, 6))
        keys /= np.linalg.norm(keys, axis=1, keepdims=True)
        phi = positive_random(random.standard_normal((8, 6)))
        weights = phi.of_key(keys) @ phi.of_query(keys[0])
        found.append(((weights[1:] ** 2).sum(), weights[0]))
    noise, signal = np.array(found).T
    estimate = Simulation(noise / signal.mean() ** 2, np.ones(4000))
    theory = random_features_inverse_snr(pairs=5, dim=6, features=8, tau=1, norm2=1)
    assert_inside(estimate, theory, 0.999)
