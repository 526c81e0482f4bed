import numpy as np
import pytest

from refmem import hopfield_classical, hopfield_dense
from refmem.algebra.numbers import fractions
from refmem.laws.exact import assert_same
from tests.rules.static.test_hopfield_classical import spins


def test_hopfield_dense_by_hand():
    # F = z^3, one pattern (1, 1, -1), from x = (1, -1, -1): what the other two add is
    # neuron 1: -1 + 1 = 0:  1^3 > (-1)^3, stays 1
    # neuron 2: 1 + 1 = 2:   3^3 > 1^3, turns to 1;  neuron 3: 2:  (2 - 1)^3 < (2 + 1)^3, stays -1
    patterns, x = fractions([[1, 1, -1]]), fractions([[1, -1, -1]])
    assert_same(hopfield_dense(x, patterns).out, patterns, "hopfield_dense")
    energies = [hopfield_dense.energy(z, patterns)[0] for z in (x, patterns)]
    assert energies == [-1, -27]


@pytest.mark.parametrize("rectified", [False, True])
@pytest.mark.parametrize("power", [1, 2, 3, 4])
def test_the_energy_never_rises(power, rectified):
    random = np.random.default_rng(power)
    patterns, x = spins(random, 4, 6), spins(random, 20, 6)
    shape = {"power": power, "rectified": rectified}
    energy = hopfield_dense.energy(x, patterns, **shape)
    for _ in range(3):
        x = hopfield_dense(x, patterns, **shape).out
        lower = hopfield_dense.energy(x, patterns, **shape)
        assert (lower <= energy).all()
        energy = lower


def test_power_2_is_the_classical_network():
    random = np.random.default_rng(0)
    patterns, x = spins(random, 3, 7), spins(random, 40, 7)
    for steps in (1, 2):
        want = hopfield_classical(x, patterns, steps=steps).out
        assert_same(hopfield_dense(x, patterns, power=2, steps=steps).out, want, "power 2")


def test_a_rectified_energy_does_not_store_opposites():
    pattern = fractions([[1, 1, 1, -1, -1]])
    even = {"power": 4}
    assert_same(hopfield_dense(-pattern, pattern, **even).out, -pattern, "z^4")
    out = hopfield_dense(-pattern, pattern, rectified=True, steps=2, **even).out
    assert (hopfield_dense.energy(out, pattern, rectified=True, **even) <= 0).all()
    assert hopfield_dense.energy(-pattern, pattern, rectified=True, **even)[0] == 0


def test_more_power_holds_more():
    """Twelve patterns on sixteen neurons: cubes keep more of them than squares, exactly counted."""
    patterns = spins(np.random.default_rng(1), 12, 16)
    kept = [
        int((hopfield_dense(patterns, patterns, power=power).out == patterns).all(-1).sum())
        for power in (2, 3, 5)
    ]
    assert kept[0] < kept[1] <= kept[2] == 12
