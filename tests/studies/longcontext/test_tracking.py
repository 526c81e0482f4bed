"""Theory of tracking is exact: against every world there is, and against simulation.

Signed unit vectors have the moments of the sphere that theory uses, E k'k = I/K and (k'k)^2 = k'k.
So the average over *all* sequences of such keys, of steps and of noise is what theory says, with
`==`: every number below is a multiple of a power of 1/2 that float64 holds.
"""

import itertools

import numpy as np
import pytest

import refmem
from refmem.studies.estimates import mean_of
from refmem.studies.longcontext import (
    Averaged,
    Decayed,
    Delta,
    GatedDelta,
    Kalman,
    Mesa,
    Periodic,
    Piecewise,
    RandomWalk,
    World,
    expected_errors,
    simulated_errors,
    track,
    wide_window_errors,
)
from refmem.studies.longcontext.tuning import tuned

T, K = 2, 2
SIZE, DRIFT, NOISE = 1.0, 0.125, 0.25
LINEAR = [Averaged(), Decayed(0.5), Delta(0.5), Delta(2.0), GatedDelta(0.5, 0.25)]
DIFFERENT = [0.375, 0.5]


def named(memory):
    return repr(memory)


def every_world(keep):
    """Keys, values (n, T, K or 1) and last maps (n, K) of all worlds, each as likely as the others.

    First maps with entries 1 or -1: variance 1. Steps 1/2 along one axis: variance 1/8 an entry.
    """
    basis = np.eye(K)
    first = [np.array(signs) for signs in itertools.product([1.0, -1.0], repeat=K)]
    steps = [sign * 0.5 * axis for axis in basis for sign in (1, -1)]
    noise = [0.5, -0.5]
    one_token = list(itertools.product(basis, steps, noise))
    k, v, last = [], [], []
    for W, *tokens in itertools.product(first, *[one_token] * T):
        keys, values = [], []
        for key, step, e in tokens:
            W = keep * W + step
            keys.append(key)
            values.append([key @ W + e])
        k.append(keys)
        v.append(values)
        last.append(W)
    return np.array(k), np.array(v), np.array(last)


def average_over_every_world(memory, keep=1.0):
    k, v, W = every_world(keep)
    state = memory.write(k, v, 0)
    distance = memory.estimate(state)[..., 0] - W
    return (distance * distance).sum(-1).mean(), state


@pytest.mark.parametrize("keep", [1.0, 0.5])
@pytest.mark.parametrize("memory", LINEAR, ids=named)
def test_theory_is_the_average_over_every_world(memory, keep):
    world = World(RandomWalk(DRIFT, keep, SIZE), keys=K, noise=NOISE)
    expected = expected_errors(world, memory.gains(K), T)[-1]
    assert average_over_every_world(memory, keep)[0] == expected


@pytest.mark.parametrize("field", DIFFERENT)
def test_theory_of_other_gates_is_another(field):
    world = World(RandomWalk(DRIFT), keys=K, noise=NOISE)
    other = expected_errors(world, Delta(field + 0.125).gains(K), T)[-1]
    assert average_over_every_world(Delta(field))[0] != other


def test_a_filter_of_the_truth_errs_as_it_believes():
    """kalman_delta: the average over every world is the average trace of its covariance. Rounding:
    each of a few hundred operations on numbers below 4 errs by at most 4 eps."""
    error, state = average_over_every_world(Kalman(DRIFT, NOISE))
    believed = np.trace(state.covariance, axis1=-2, axis2=-1).mean()
    assert abs(error - believed) <= 1000 * 4 * np.finfo(float).eps


def test_a_filter_of_something_else_does_not():
    error, state = average_over_every_world(Kalman(2 * DRIFT, NOISE))
    believed = np.trace(state.covariance, axis1=-2, axis2=-1).mean()
    assert abs(error - believed) > 0.01


WORLDS = {
    "fixed": World(RandomWalk(), keys=4, values=2, noise=0.5),
    "random_walk": World(RandomWalk(0.01), keys=4, values=2, noise=0.5),
    "returning": World(RandomWalk(0.01, keep=0.95), keys=4, values=2, noise=0.5),
    "piecewise": World(Piecewise(30), keys=4, values=2, noise=0.5),
    "periodic": World(Periodic(60), keys=4, values=2, noise=0.5),
}
TIMES = [1, 5, 30, 31, 90]
CONFIDENCE = 0.99999


@pytest.mark.parametrize("memory", LINEAR, ids=named)
@pytest.mark.parametrize("name", WORLDS)
def test_theory_lies_in_the_interval_of_the_simulation(name, memory):
    world = WORLDS[name]
    tracked = simulated_errors(memory, world, TIMES, 300, np.random.default_rng(5))
    expected = expected_errors(world, memory.gains(4), TIMES[-1])
    for place, time in enumerate(TIMES):
        assert expected[time - 1] in mean_of(tracked.errors[:, place], CONFIDENCE), time


@pytest.mark.parametrize("memory", [Mesa(0.9, 0.5), Mesa(1.0, 0.5), Kalman(0.01, 0.5)], ids=named)
@pytest.mark.parametrize("name", ["random_walk", "periodic"])
def test_mesa_and_the_filter_have_theory_for_one_key(name, memory):
    world = World(WORLDS[name].motion, keys=1, values=1, noise=0.5)
    tracked = simulated_errors(memory, world, TIMES, 500, np.random.default_rng(6))
    expected = expected_errors(world, memory.gains(1), TIMES[-1])
    for place, time in enumerate(TIMES):
        assert expected[time - 1] in mean_of(tracked.errors[:, place], CONFIDENCE), time


def test_for_one_key_a_wide_window_is_no_approximation():
    world = World(RandomWalk(0.01), keys=1)
    memory = Mesa(0.9, 0.5)
    exact = expected_errors(world, memory.gains(1), 50)
    assert (wide_window_errors(world, memory, 50) == exact).all()


def test_what_a_wide_window_leaves_out_shrinks_with_the_window():
    """In a fixed world, after long: a window four times as wide is several times nearer."""
    gaps = []
    for fading in (0.1, 0.025):
        world, memory, long = WORLDS["fixed"], Mesa(1 - fading, 1e-3), round(12 / fading)
        tracked = simulated_errors(memory, world, [long], 2000, np.random.default_rng(7))
        expected = wide_window_errors(world, memory, long)[-1]
        gaps.append(tracked.at(0).value / expected - 1)
    assert gaps[0] > 2 * abs(gaps[1])


@pytest.mark.parametrize("name", ["fixed", "random_walk", "returning"])
def test_nothing_is_better_than_a_filter_of_the_truth(name):
    """Of every memory, tuned: its error is not below the filter's by more than both intervals."""
    world = WORLDS[name]
    tracks = track([(memory, world) for memory in tuned(world, 200)], [20, 200], 300, rng=8)
    *others, best = tracks
    for place in range(2):
        for one in others:
            assert one.measured[place].high >= best.measured[place].low, one.memory
        assert best.theory[place] in mean_of_track(best, place)


def mean_of_track(one, place):
    """The interval of a track, at the confidence of this file."""
    value, half_width = one.measured[place]
    return type(one.measured[place])(value, 2.3 * half_width)  # 4.4 standard errors for 1.96


def test_mesa_by_two_moments_is_mesa_itself():
    rng = np.random.default_rng(9)
    k, v = rng.standard_normal((3, 20, 4)), rng.standard_normal((3, 20, 2))
    fading, one = np.full(20, 0.9), np.ones(20)
    asked = np.broadcast_to(np.eye(4)[:1], k.shape)
    out = refmem.mesa(asked, k, v, fading, one, np.full(4, 0.5)).out[:, -1]
    memory = Mesa(0.9, 0.5)
    state = memory.write(k[:, 10:], v[:, 10:], 10, memory.write(k[:, :10], v[:, :10], 0))
    # 20 sums of products, and a solve of a matrix with condition below 100
    bound = 100 * 20 * np.finfo(float).eps * abs(out).max()
    assert abs(memory.estimate(state)[:, 0] - out).max() <= bound


@pytest.mark.parametrize("times", [[], [0, 1], [3, 3]])
def test_times_increase(times):
    message = r"simulated_errors: times has values \[.*\], expected whole numbers from 1"
    with pytest.raises(ValueError, match=message):
        simulated_errors(Averaged(), WORLDS["fixed"], times, 2, np.random.default_rng(0))
