"""Closed forms of forgetting: least where they say, and what the exact moments settle at."""

import itertools

import numpy as np
import pytest

from refmem.studies.estimates import mean_of
from refmem.studies.longcontext import (
    Decayed,
    Delta,
    GatedDelta,
    Kalman,
    Periodic,
    RandomWalk,
    World,
    best_decay,
    best_step,
    best_steps,
    best_window,
    drift_of_step,
    expected_errors,
    periodic_error,
    settled_error,
    simulated_errors,
)
from refmem.studies.longcontext.memories import Gains
from refmem.studies.longcontext.tracking import second_moments

SETTLED = 3000
"""Tokens after which the slowest memory here has forgotten its start: 0.99^3000 < 1e-13."""

WALKS = list(itertools.product([0.001, 0.1], [0.5, 2.0], [1, 3], [1.0, 0.9, 0.0]))
"""drift, noise, keys, keep"""

ROUNDING = 1e-10
"""Of SETTLED steps that each multiply an error by less than one: below SETTLED eps over what a
step forgets, 1 %."""


def close(one, other):
    return abs(one - other) <= ROUNDING * abs(other)


@pytest.mark.parametrize(("drift", "noise", "keys", "keep"), WALKS)
def test_the_exact_moments_settle_at_the_closed_form(drift, noise, keys, keep):
    world = World(RandomWalk(drift, keep), keys=keys, noise=noise)
    last = expected_errors(world, GatedDelta(keep, 0.3).gains(keys), SETTLED)[-1]
    # a walk without return grows, and E S.S - 2 E S.W + E W.W is a difference of what has grown
    size = 1 if keep < 1 else SETTLED * drift + 1
    assert abs(last - settled_error(0.3, drift, noise, keys, keep)) <= ROUNDING * size * last


@pytest.mark.parametrize(("drift", "noise", "keys", "keep"), WALKS)
def test_no_step_is_better_than_the_best(drift, noise, keys, keep):
    best = best_step(drift, noise, keys, keep)
    least = settled_error(best, drift, noise, keys, keep)
    for other in np.linspace(0.011, 1.99, 100):
        assert least < settled_error(other, drift, noise, keys, keep)


@pytest.mark.parametrize("keep", [1.0, 0.9])
def test_nor_is_any_pair_of_gates(keep):
    """alpha = keep is not only convenient: no other gate with any step is better, on a grid."""
    world = World(RandomWalk(0.01, keep), keys=2, noise=0.5)
    best = best_step(0.01, 0.5, 2, keep)
    least = settled_error(best, 0.01, 0.5, 2, keep)
    alphas = [keep - 0.05, keep - 0.01] + [keep + 0.05] * (keep < 1)
    for alpha, beta in itertools.product(alphas, [best, 0.8 * best, 1.2 * best]):
        other = expected_errors(world, GatedDelta(alpha, beta).gains(2), 400)[-1]
        assert least < other


@pytest.mark.parametrize("beta", [0.1, 0.5, 0.9])
def test_the_drift_of_a_step_is_the_drift_it_is_best_for(beta):
    assert close(best_step(drift_of_step(beta, 0.5, 3), 0.5, 3), beta)


def test_the_best_decay_is_the_best_of_the_exact_moments():
    """A world of constant power: it jumps at every token by little, in the tokens that count."""
    drift, noise, keys, power = 1e-7, 0.5, 3, 3.0
    best = best_decay(drift, noise, keys, power)

    def settled(alpha):
        disturbance = (keys - 1) * power + keys**2 * noise
        return ((alpha**2) * keys * drift + (1 - alpha) ** 2 * disturbance) / (1 - alpha**2)

    assert all(settled(best) < settled(best + d * (1 - best)) for d in (-0.5, -0.1, 0.1, 0.5))


def test_the_decayed_memory_settles_as_its_one_channel():
    """Its moments in a returning world at rest, with the lag of the return added by hand: K = 1."""
    world = World(RandomWalk(0.01), keys=1, noise=0.5)
    alpha = best_decay(0.01, 0.5, 1, 0.0)
    last = expected_errors(world, Decayed(alpha).gains(1), SETTLED)[-1]
    least = settled_error(1 - alpha, 0.01, 0.5)
    assert abs(last - least) <= ROUNDING * SETTLED * least
    assert alpha == best_window(0.01, 0.5, 1)


def test_the_best_steps_are_what_the_moments_make_of_them():
    world = World(RandomWalk(0.01, 0.9), keys=3, noise=0.5)
    steps, errors = best_steps(50, 0.01, 0.5, 3, 0.9)
    gains = (Gains(0.9, beta, beta) for beta in steps)
    assert np.abs(expected_errors(world, gains, 50) - errors).max() <= ROUNDING * errors.max()


def test_the_best_steps_for_one_key_are_a_filter():
    steps, _ = best_steps(20, 0.01, 0.5)
    gains = itertools.islice(Kalman(0.01, 0.5).gains(1), 20)
    assert np.abs(steps - [gain.erase for gain in gains]).max() <= ROUNDING


def test_any_other_step_at_any_token_is_worse_ever_after():
    world = World(RandomWalk(0.01), keys=3, noise=0.5)
    steps, errors = best_steps(30, 0.01, 0.5, 3)
    steps[10] *= 1.1
    changed = expected_errors(world, (Gains(1.0, beta, beta) for beta in steps), 30)
    assert (changed[10:] > errors[10:]).all()


def test_a_filter_is_at_least_as_good_as_the_best_steps():
    """Its error at every time is below the bound, up to its interval; and it is near it."""
    world = World(RandomWalk(0.01), keys=4, values=2, noise=0.5)
    times = [2, 10, 100]
    tracked = simulated_errors(Kalman(0.01, 0.5), world, times, 500, np.random.default_rng(0))
    _, bound = best_steps(100, 0.01, 0.5, 4)
    for place, time in enumerate(times):
        assert mean_of(tracked.believed[:, place]).low <= bound[time - 1]
        assert mean_of(tracked.errors[:, place], 0.9999).low <= bound[time - 1]


def test_in_a_fixed_world_steps_fall_as_one_over_t():
    steps, errors = best_steps(100_000, 0.0, 1.0, 2)
    t = 100_000
    assert abs(steps[-1] * t / 2 - 1) < 0.001
    assert abs(errors[-1] * t / 4 - 1) < 0.001


@pytest.mark.parametrize("keys", [1, 3])
@pytest.mark.parametrize("period", [4, 50.5])
def test_the_moments_in_a_turning_world_settle_at_the_closed_form(keys, period):
    world = World(Periodic(period, size=2.0), keys=keys, noise=0.5)
    moments = list(second_moments(world, Delta(0.3).gains(keys), SETTLED))[-1]
    error = moments[0, 0] - 2 * moments[0, 1] + moments[1, 1]
    assert close(error, periodic_error(0.3, period, 0.5, keys, 2.0))


@pytest.mark.parametrize("beta", [0.0, 2.0])
def test_a_step_that_never_settles(beta):
    with pytest.raises(
        ValueError, match=r"settled_error: beta has value .*, expected more than 0 and less than 2"
    ):
        settled_error(beta, 0.1, 1.0)


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"drift": -1.0}, "forgetting: drift has value -1.0, expected at least 0, because it is"),
        ({"noise": 0.0}, "forgetting: noise has value 0.0, expected more than 0, because it is"),
        ({"keys": 0}, "forgetting: keys has value 0, expected at least 1, because it counts"),
        ({"keep": 1.5}, "forgetting: keep has value 1.5, expected at least 0 and at most 1"),
    ],
)
def test_a_world_that_cannot_be(wrong, message):
    with pytest.raises(ValueError, match=message):
        best_step(**{"drift": 0.1, "noise": 1.0} | wrong)
