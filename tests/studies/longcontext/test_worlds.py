"""Worlds move as their laws say, in one piece or in many."""

from itertools import pairwise

import numpy as np
import pytest

from refmem.studies.estimates import mean_of
from refmem.studies.longcontext import Periodic, Piecewise, RandomWalk, World
from refmem.studies.longcontext.settings import motion_of, of_world, world_of
from refmem.studies.longcontext.worlds import LONGEST

MOTIONS = [
    RandomWalk(),
    RandomWalk(0.3),
    RandomWalk(0.3, keep=0.8, size=2.0),
    Piecewise(3, size=2.0),
    Piecewise(1),
    Periodic(5.5, size=2.0),
]
ids = [repr(motion) for motion in MOTIONS]


def moments_by_law(motion, T):
    """E W[t] W[0] and E W[t]^2 of an entry, as the laws of all tokens say."""
    crossed = squared = motion.size * np.eye(motion.parts)
    for t in range(1, T + 1):
        F, Q = motion.law(t)
        crossed, squared = F @ crossed, F @ squared @ F.T + Q
    return crossed[0, 0], squared[0, 0]


@pytest.mark.parametrize("motion", MOTIONS, ids=ids)
@pytest.mark.parametrize("T", [1, 2, 3, 4, 7])
def test_maps_have_the_moments_of_the_law(motion, T):
    rng = np.random.default_rng(T)
    world = World(motion, keys=1, values=1)
    latent = world.begin(rng, (20_000,))
    W, _ = motion.maps(rng, latent, 0, T)
    first, last = latent[0, :, 0, 0], W[:, -1, 0, 0]
    crossed, squared = moments_by_law(motion, T)
    assert crossed in mean_of(first * last + 1e-12 * rng.standard_normal(20_000), 0.99999)
    assert squared in mean_of(last * last, 0.99999)


@pytest.mark.parametrize("motion", [RandomWalk(), Piecewise(3), Periodic(5.5)], ids=repr)
def test_tokens_in_pieces_are_of_one_world(motion):
    """Where nothing is drawn on the way, pieces are the whole; jumps come at the same tokens."""
    world = World(motion, keys=2, values=1)
    latent = world.begin(np.random.default_rng(0))
    rng = np.random.default_rng(1)
    whole, _ = motion.maps(np.random.default_rng(1), latent, 0, 8)
    one, between = motion.maps(rng, latent, 0, 3)
    two, _ = motion.maps(rng, between, 3, 5)
    assert np.array_equal(whole[:3], one)
    stays = [bool((a == b).all()) for a, b in pairwise(whole[2:])]
    pieces = np.concatenate([one[2:], two])
    assert stays == [bool((a == b).all()) for a, b in pairwise(pieces)]


def test_a_walk_in_pieces_goes_on_from_where_it_was():
    motion = RandomWalk(1e-12, keep=0.5)
    latent = np.full((1, 1, 1), 8.0)
    rng = np.random.default_rng(0)
    one, between = motion.maps(rng, latent, 0, 2)
    two, _ = motion.maps(rng, between, 2, 2)
    told = np.concatenate([one, two])[:, 0, 0]
    assert np.abs(told - [4, 2, 1, 0.5]).max() < 1e-4  # eighty standard deviations of the steps


def test_keys_are_unit_vectors_and_values_are_of_the_map():
    world = World(Piecewise(1000), keys=3, values=2, noise=1e-30)
    rng = np.random.default_rng(0)
    chunk = world.tokens(rng, world.begin(rng, (4,)), 0, 6)
    assert np.abs((chunk.k**2).sum(-1) - 1).max() <= 4 * np.finfo(float).eps
    assert np.abs(chunk.v - chunk.k @ chunk.truth).max() < 1e-13


def test_chunks_end_at_the_times_and_are_never_long():
    world = World(RandomWalk(), keys=1, values=1)
    times = [3, LONGEST + 10, 3 * LONGEST]
    chunks = list(world.until(times, np.random.default_rng(0)))
    ends = [chunk.position for chunk in chunks]
    assert set(times) <= set(ends)
    assert max(chunk.k.shape[-2] for chunk in chunks) <= LONGEST
    assert sum(chunk.k.shape[-2] for chunk in chunks) == times[-1]


@pytest.mark.parametrize("motion", MOTIONS, ids=ids)
def test_settings_make_the_same_world(motion):
    world = World(motion, keys=3, values=2, noise=0.25)
    assert world_of(of_world(world)) == world


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (
            lambda: RandomWalk(-1.0),
            "RandomWalk: drift has value -1.0, expected at least 0",
        ),
        (
            lambda: RandomWalk(keep=1.5),
            "RandomWalk: keep has value 1.5, expected at least 0 and at",
        ),
        (lambda: RandomWalk(size=0.0), "RandomWalk: size has value 0.0, expected more than 0"),
        (
            lambda: Piecewise(0),
            "Piecewise: period has value 0, expected at least 1, because it counts",
        ),
        (lambda: Piecewise(2.5), "Piecewise: period has value 2.5, expected a whole number"),
        (lambda: Piecewise(2, size=-1.0), "Piecewise: size has value -1.0, expected more than 0"),
        (lambda: Periodic(1.5), "Periodic: period has value 1.5, expected at least 2, because"),
        (lambda: Periodic(3, size=0.0), "Periodic: size has value 0.0, expected more than 0"),
        (lambda: World(RandomWalk(), keys=0), "World: keys has value 0, expected at least 1, be"),
        (lambda: World(RandomWalk(), values=1.5), "World: values has value 1.5, expected a whole"),
        (
            lambda: World(RandomWalk(), noise=0.0),
            "World: noise has value 0.0, expected more",
        ),
        (lambda: motion_of({"name": "periodical"}), "motion: name has .* did you mean 'periodic'"),
        (lambda: motion_of({"name": "walk"}), "motion: name has value 'walk', expected one of"),
    ],
)
def test_a_world_that_cannot_be_is_one_error(make, message):
    with pytest.raises((ValueError, TypeError), match=message):
        make()
