"""Tuned gates: the closed forms where there are any, else no worse than those around them."""

import numpy as np
import pytest

from refmem.studies.longcontext import (
    Decayed,
    Delta,
    GatedDelta,
    Kalman,
    Piecewise,
    RandomWalk,
    World,
    best_step,
    expected_errors,
)
from refmem.studies.longcontext.tuning import _by_theory, tuned, tuned_memory


def late_error(world, memory, T):
    return expected_errors(world, memory.gains(world.keys), T)[T // 2 :].mean()


def test_for_a_random_walk_the_numbers_find_the_closed_forms():
    """The minimum is looked for to a thousandth of a logit, where errors differ by a millionth."""
    world = World(RandomWalk(0.01), keys=2, noise=0.5)
    assert tuned_memory("delta", world, 600) == Delta(best_step(0.01, 0.5, 2))
    for name, kind in (("decayed", Decayed), ("delta", Delta), ("gated_delta", GatedDelta)):
        closed = late_error(world, tuned_memory(name, world, 600), 600)
        found = late_error(world, kind(*_by_theory(name, world, 600)), 600)
        assert abs(closed / found - 1) < 0.01


def test_a_returning_world_is_forgotten_at_its_own_rate():
    world = World(RandomWalk(0.02, keep=0.9), keys=1, noise=0.5)
    gated = tuned_memory("gated_delta", world, 300)
    assert abs(gated.alpha - 0.9) < 0.001
    assert abs(gated.beta - best_step(0.02, 0.5, 1, 0.9)) < 0.001


def test_for_jumps_no_gate_nearby_is_better():
    world = World(Piecewise(20), keys=1, noise=0.5)
    _, decayed, delta, gated, *_ = tuned(world, 80)
    for factor in (0.8, 1.2):
        fading = Decayed(1 - factor * (1 - decayed.alpha))
        assert late_error(world, decayed, 80) < late_error(world, fading, 80)
        assert late_error(world, delta, 80) < late_error(world, Delta(factor * delta.beta), 80)
        other = GatedDelta(gated.alpha, factor * gated.beta)
        assert late_error(world, gated, 80) < late_error(world, other, 80)


@pytest.mark.parametrize("motion", [RandomWalk(0.01), RandomWalk(0.01, 0.5), RandomWalk()])
def test_a_filter_is_told_the_truth_of_a_walk(motion):
    world = World(motion, keys=1, noise=0.5)
    filter_ = tuned_memory("kalman", world, 40)
    assert filter_ == Kalman(motion.drift, 0.5, motion.keep)
    assert filter_.is_of(world)


def test_a_filter_of_another_world_rests_at_the_best_step():
    world = World(Piecewise(20), keys=1, noise=0.5)
    filter_ = tuned_memory("kalman", world, 80)
    *_, last = [gain for gain, _ in zip(filter_.gains(1), range(500), strict=False)]
    delta = tuned_memory("delta", world, 80)
    assert abs(last.erase - delta.beta) <= 1000 * np.finfo(float).eps
    assert not filter_.is_of(world)
