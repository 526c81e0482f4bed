import itertools

import numpy as np
import pytest

from refmem import hopfield_classical
from refmem.algebra.numbers import fractions, rationals
from refmem.laws.exact import assert_same


def spins(random, *shape):
    return rationals(2 * random.integers(0, 2, shape) - 1)


def test_hopfield_classical_by_hand():
    # W = [0 1 -1; 1 0 -1; -1 -1 0]; from (1, -1, -1) the fields are
    # neuron 1: -1 + 1 = 0, as it is;  neuron 2: 1 + 1 = 2, turns;  neuron 3: -1 - 1, stays
    patterns, x = fractions([[1, 1, -1]]), fractions([[1, -1, -1]])
    assert_same(hopfield_classical(x, patterns).out, patterns, "hopfield_classical")
    # energy -x.Wx/2: W x = (0, 2, 0), so 1 before; W x = (2, 2, -2), so -3 after
    before, after = (hopfield_classical.energy(z, patterns)[0] for z in (x, patterns))
    assert (before, after) == (1, -3)


@pytest.mark.parametrize("seed", range(20))
def test_one_neuron_after_another_the_energy_never_rises(seed):
    random = np.random.default_rng(seed)
    patterns, x = spins(random, 3, 7), spins(random, 4, 7)
    energy = hopfield_classical.energy(x, patterns)
    for _ in range(3):
        x = hopfield_classical(x, patterns).out
        lower = hopfield_classical.energy(x, patterns)
        assert (lower <= energy).all()
        energy = lower


def test_all_at_once_it_may_go_to_and_fro():
    # stored (1, -1): each neuron takes the opposite of the other; both agree, both turn
    patterns, x = fractions([[1, -1]]), fractions([[1, 1]])
    once = hopfield_classical(x, patterns, synchronous=True).out
    assert_same(once, -x, "one step")
    assert_same(hopfield_classical(x, patterns, synchronous=True, steps=2).out, x, "two steps")
    assert_same(hopfield_classical(x, patterns).out, fractions([[-1, 1]]), "one after another")


def test_two_steps_at_once_never_raise_the_energy_of_neighbours():
    """Goles' function -x[n] . W x[n-1] of two states in turn does not rise."""
    random = np.random.default_rng(0)
    patterns, x = spins(random, 3, 8), spins(random, 30, 8)
    weights = patterns.T @ patterns
    weights[range(8), range(8)] = 0
    path = [hopfield_classical(x, patterns, steps=n, synchronous=True).out for n in range(5)]
    pairs = [-((b @ weights) * a).sum(-1) for a, b in itertools.pairwise(path)]
    assert all((after <= before).all() for before, after in itertools.pairwise(pairs))


def test_stored_patterns_are_where_it_rests():
    patterns = fractions([[1, 1, 1, 1], [1, 1, -1, -1], [1, -1, 1, -1]])  # orthogonal
    for together in (False, True):
        rested = hopfield_classical(patterns, patterns, synchronous=together).out
        assert_same(rested, patterns, "at rest")
