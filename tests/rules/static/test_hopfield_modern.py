import flint
import numpy as np
import pytest

from refmem import hopfield_modern, softmax_attention
from refmem.algebra.numbers import intervals
from refmem.laws.exact import assert_enclosures_overlap
from refmem.laws.systems import INTERVALS
from refmem.memory import Cache


def test_hopfield_modern_by_hand():
    # x meets the patterns with 1, 0; e^(log 3) = 3: (3*(1, 0) + 1*(0, 1)) / 4
    # then with 3/4, 1/4 and inverse temperature 2 log 3: e^(3/2 log 3) : e^(1/2 log 3) = 3 : 1
    x, patterns = intervals([[1, 0]]), intervals([[1, 0], [0, 1]])
    want = intervals([[0.75, 0.25]])
    once = hopfield_modern(x, patterns, np.array(flint.arb(3).log())).out
    assert_enclosures_overlap(once, want, "hopfield_modern")
    again = hopfield_modern(want, patterns, np.array(2 * flint.arb(3).log())).out
    assert_enclosures_overlap(again, want, "hopfield_modern, at rest")
    # energy: x.x/2 = 5/16 there, less log(3^(3/2) + 3^(1/2)) / (2 log 3) = log(4 sqrt 3)/(2 log 3)
    got = hopfield_modern.energy(want, patterns, np.array(2 * flint.arb(3).log()))
    log3, log4 = flint.arb(3).log(), flint.arb(4).log()
    energy = np.array([flint.arb(5) / 16 - (log4 + log3 / 2) / (2 * log3)])
    assert_enclosures_overlap(got, energy, "hopfield_modern: energy")


@pytest.mark.parametrize("seed", range(5))
def test_the_energy_never_rises(seed):
    random = np.random.default_rng(seed)
    with flint.ctx.workprec(512):
        patterns, x = (INTERVALS.draw(random, (n, 3), -1, 1) for n in (4, 6))
        for inverse_temperature in (0.25, 1, 8):
            beta, z = intervals(inverse_temperature), x
            energy = hopfield_modern.energy(z, patterns, beta)
            for _ in range(3):
                z = hopfield_modern(z, patterns, beta).out
                lower = hopfield_modern.energy(z, patterns, beta)
                assert (lower < energy).all()  # of intervals: certain
                energy = lower


def test_a_step_is_softmax_attention_over_the_patterns():
    random = np.random.default_rng(0)
    patterns, x = (INTERVALS.draw(random, (n, 3), -1, 1) for n in (4, 1))
    beta = flint.arb(2)
    want = softmax_attention(
        x, patterns[-1:], patterns[-1:], state=Cache(patterns[:-1], patterns[:-1]), scale=beta
    ).out
    got = hopfield_modern(x, patterns, np.array(beta)).out
    assert_enclosures_overlap(got, want, "hopfield_modern")


def test_steps_are_steps():
    random = np.random.default_rng(0)
    patterns, x = random.standard_normal((5, 3)), random.standard_normal((4, 3))
    two = hopfield_modern(hopfield_modern(x, patterns).out, patterns).out
    assert (hopfield_modern(x, patterns, steps=2).out == two).all()
