"""Hopfield networks: where retrieval fails, by theory and by the shipped networks."""

import math

import numpy as np
import pytest
from scipy.stats import binom

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
    ("modern", {"neurons": 12, "inverse_temperature": 0.5}, (32, 64, 128)),
]


def berry_esseen(network, given, others):
    """How far a sum of independent pulls may be from a normal one: 0.4748 E|X - EX|^3/sd^3/sqrt(n).

    The constant is Shevtsova's (2011). The moments are exact sums over the overlaps.
    """
    n = given["neurons"] - 1
    overlaps, shares = 2.0 * np.arange(n + 1) - n, np.exp(log_shares(n))
    if network == "modern":
        b = given["inverse_temperature"]
        both = [own * np.exp(b * (overlaps - own - (n - 1))) for own in (1, -1)]
    else:
        power = given.get("power", 2)
        rise = (overlaps + 1) ** power - (overlaps - 1) ** power
        both = [own * rise / rise[-1] for own in (1, -1)]
    x, weight = np.concatenate(both), np.concatenate([shares, shares]) / 2
    mean = weight @ x
    deviation = math.sqrt(weight @ (x - mean) ** 2)
    of_one = pull(network, **given)
    assert abs(of_one.variance - 2 * math.log(deviation)) < 1e-9
    return 0.4748 * (weight @ abs(x - mean) ** 3) / deviation**3 / math.sqrt(others)


@pytest.mark.parametrize(("network", "given", "counts"), NETWORKS)
def test_networks_fail_where_theory_says(network, given, counts):
    for patterns in counts:
        found = simulate_hopfield(network, patterns=patterns, trials=400, rng=1, **given)
        low, high = found.interval_at(0.999)
        slack = berry_esseen(network, given, patterns - 1)
        assert low - slack <= hopfield_error(network, patterns=patterns, **given) <= high + slack


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
