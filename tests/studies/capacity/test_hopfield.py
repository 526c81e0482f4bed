"""Hopfield networks: where retrieval fails, by theory and by the shipped networks."""

import math

import numpy as np
import pytest
from scipy.stats import binom, binomtest

from refmem.studies.capacity.counting import log_classes
from refmem.studies.capacity.hopfield import (
    hopfield_capacity,
    hopfield_error,
    pull,
    short_capacity,
    simulate_hopfield,
)
from refmem.studies.capacity.rademacher import log_shares

NETWORKS = [
    ("classical", {"neurons": 41}, (6, 21, 41)),
    ("dense", {"neurons": 17, "power": 3}, (16, 48, 96)),
    ("modern", {"neurons": 12, "inverse_temperature": 0.5}, (2, 5, 32, 64, 128)),
    ("modern", {"neurons": 9, "inverse_temperature": 1.5}, (4, 12, 40)),
]


def berry_esseen(network, given, others):
    """How far a sum of independent pulls may be from a normal one: 0.4748 E|X - EX|^3/sd^3/sqrt(n).

    The constant is Shevtsova's (2011). The moments are exact sums over the overlaps. The pulls of a
    modern network are counted, and may not be far at all.
    """
    if network == "modern":
        return 0.0
    n, power = given["neurons"] - 1, given.get("power", 2)
    overlaps, shares = 2.0 * np.arange(n + 1) - n, np.exp(log_shares(n))
    rise = (overlaps + 1) ** power - (overlaps - 1) ** power
    deviation = math.sqrt(shares @ (rise / rise[-1]) ** 2)
    assert abs(pull(network, **given).variance - 2 * math.log(deviation)) < 1e-9
    return 0.4748 * (shares @ abs(rise / rise[-1]) ** 3) / deviation**3 / math.sqrt(others)


@pytest.mark.parametrize(("network", "given", "counts"), NETWORKS)
def test_networks_fail_where_theory_says(network, given, counts):
    for patterns in counts:
        found = simulate_hopfield(network, patterns=patterns, trials=400, rng=1, **given)
        low, high = found.interval_at(0.999)
        slack = berry_esseen(network, given, patterns - 1)
        assert low - slack <= hopfield_error(network, patterns=patterns, **given) <= high + slack


def drawn(neurons, patterns, b, trials):
    """The share of draws in which a modern network's neuron is turned: how many patterns of each
    class there are is one draw of a multinomial law, and 1 and their pulls are added up."""
    n = neurons - 1
    chances = np.exp(np.tile(log_classes(n), 2))
    pulls = np.exp(-2 * b * np.concatenate([np.arange(n + 1), np.arange(n + 1) - 1]))
    pulls[n + 1 :] *= -1
    wrong, rng = 0, np.random.default_rng(0)
    for _ in range(trials // 50_000):
        counts = rng.multinomial(patterns - 1, chances / chances.sum(), size=50_000)
        wrong += int((1 + counts @ pulls <= 1e-12).sum())
    return binomtest(wrong, trials).proportion_ci(0.9999, "exact")


@pytest.mark.parametrize(
    ("neurons", "patterns", "b"),
    [
        (15, 28, 1.0), (20, 568, 1.0), (30, 370_000, 1.0),
        (12, 3, 0.5), (12, 8, 0.5), (16, 128, 0.5), (14, 90, 0.2), (6, 20, 0.7), (9, 50, 3.0),
    ],
)  # fmt: skip
def test_counting_is_right_to_a_few_percent(neurons, patterns, b):
    """Beside exact draws, in the tail and out of it, for few patterns and for many."""
    low, high = drawn(neurons, patterns, b, 200_000)
    given = {"neurons": neurons, "inverse_temperature": b}
    error = hopfield_error("modern", patterns=patterns, **given)
    assert low * 0.98 <= error <= high * 1.02


@pytest.mark.parametrize(("neurons", "capacity"), [(15, 27), (20, 568), (30, 3.8e5)])
def test_the_capacity_of_a_modern_network(neurons, capacity):
    """What an independent count found. Were the sum normal it would be 72, 1879 and 1.13e6."""
    most = hopfield_capacity("modern", neurons=neurons)
    assert abs(most / capacity - 1) < 0.1
    normal = pull("modern", neurons=neurons).error_if_normal(most - 1)
    assert normal < 0.005


def test_a_modern_network_may_be_infinitely_sharp_or_dull():
    """Sharp: any pattern one sign from the start turns it, or as many as there are the other way.
    Dull: pulls are signs; 1 + their sum is at most 0 in half of the cases for an odd number of
    them, more rarely for an even one, and what is counted is between the two."""
    sharp = hopfield_error("modern", patterns=2, neurons=9, inverse_temperature=1e308)
    assert sharp == pytest.approx(9 / 2**9, rel=1e-6)  # X = -1 and X = -r^-1
    dull = hopfield_error("modern", patterns=22, neurons=9, inverse_temperature=1e-300)
    odd, even = binom.cdf(10, 21, 0.5), binom.cdf(9, 20, 0.5)
    assert dull == pytest.approx(float(odd + even) / 2, rel=3e-3)


def test_the_classical_crosstalk_is_a_binomial():
    """(M - 1)(V - 1) independent signs against V - 1; a tie leaves the flipped neuron wrong."""
    found = simulate_hopfield("classical", patterns=21, neurons=41, trials=1500, rng=3)
    signs = 20 * 40
    exact = float(binom.sf((signs + 40) / 2 - 1, signs, 0.5))
    low, high = found.interval_at(0.999)
    assert low <= exact <= high


def test_capacity_is_the_last_count_that_is_good_enough():
    for network, given, _ in NETWORKS:
        most = hopfield_capacity(network, error=0.05, **given)
        assert hopfield_error(network, patterns=most, **given) <= 0.05
        assert hopfield_error(network, patterns=most + 1, **given) > 0.05


def test_steeper_networks_hold_more():
    by_power = [hopfield_capacity("dense", neurons=50, power=power) for power in (2, 3, 4, 5)]
    assert by_power[0] == hopfield_capacity("classical", neurons=50)
    assert by_power == sorted(by_power)
    assert hopfield_capacity("modern", neurons=2000) > 10**300
    assert hopfield_error("modern", patterns=1, neurons=9) == 0


def test_the_short_form_is_the_limit_of_many_neurons():
    """At V^(p-1)/(2 (2p - 3)!! ln V) patterns 1/SNR = 1/(2 ln V), and the normal tail beyond its
    root is 1/(V sqrt(4 pi ln V)) but for a part 1/(2 ln V) and the rounding of the patterns."""
    neurons = 10**4
    for power in (2, 3):
        patterns = round(short_capacity(neurons, power))
        error = hopfield_error("dense", patterns=patterns, neurons=neurons, power=power)
        tail = 1 / (neurons * math.sqrt(4 * math.pi * math.log(neurons)))
        assert abs(error / tail - 1) < 2 / (2 * math.log(neurons))


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"network": "new"}, "network has value 'new', expected one of classical, dense, modern"),
        ({"neurons": 1}, "neurons has value 1, expected at least 2, because it counts neurons"),
        ({"network": "dense", "power": 1}, "power has value 1, expected at least 2, because"),
        (
            {"network": "modern", "inverse_temperature": 0.0},
            "inverse_temperature has value 0.0, expected more than 0, because",
        ),
        ({"error": 0.7}, "error has value 0.7, expected more than 0 and at most 0.499, because"),
    ],
)
def test_it_refuses(given, message):
    with pytest.raises(ValueError, match=f"^capacity: {message}"):
        hopfield_capacity(**{"network": "classical", "neurons": 9} | given)
