"""Shipped rules come near their limits with the powers of T, and the constants, of theory."""

import numpy as np
import pytest

from refmem.studies.estimates import mean_of
from refmem.studies.longcontext import convergence
from refmem.studies.longcontext.convergence import APPROACHES, context, converge

CONFIDENCE = 0.9999
"""Of every interval below: a right theory fails one of ten in a thousand seeds, and none at the
seeds that are used."""

LONG = 1024


@pytest.mark.parametrize("name", APPROACHES)
def test_the_power_of_theory_lies_in_the_interval(name):
    (study,) = converge([128, 512, 2048], contexts=150, names=[name])
    power = APPROACHES[name].power
    assert abs(study.power.value - power) <= 2 * study.power.half_width  # 99.99 % of a normal
    assert study.power.half_width < 0.1


@pytest.mark.parametrize("name", [name for name, one in APPROACHES.items() if one.theory])
def test_the_constant_of_theory_lies_in_the_interval(name):
    approach = APPROACHES[name]
    squared = approach.measure(LONG, 300, np.random.default_rng(3))
    measured = mean_of(squared, CONFIDENCE)
    assert approach.theory(LONG) in measured
    assert measured.half_width < measured.value / 3


@pytest.mark.parametrize("name", [name for name, one in APPROACHES.items() if one.exact])
def test_an_exact_theory_holds_after_three_tokens(name):
    approach = APPROACHES[name]
    squared = approach.measure(3, 3000, np.random.default_rng(4))
    assert approach.theory(3) in mean_of(squared, CONFIDENCE)


def test_a_wrong_constant_is_noticed():
    """Without the term of the tilt, or of the noise, theory leaves the interval."""
    squared = APPROACHES["softmax"].measure(LONG, 300, np.random.default_rng(3))
    world = context("softmax")
    values = world.L @ world.W_v
    without_sharpness = (np.trace(values.T @ values) + 3 * world.noise) / LONG
    assert without_sharpness not in mean_of(squared, CONFIDENCE)


def test_points_do_not_depend_on_the_others():
    both = converge([8, 16], contexts=5, names=["average", "ridge"])
    one = converge([8, 16], contexts=5, names=["average"])
    assert both[0] == one[0]


@pytest.mark.parametrize("times", [[8], []])
def test_one_point_has_no_power(times):
    with pytest.raises(ValueError, match=r"converge: times, contexts have .* expected at least 2"):
        converge(times)


def test_a_name_that_is_not_there():
    with pytest.raises(ValueError, match=r"converge: name has value 'averag', .* did you mean"):
        convergence.converge(names=["averag"])
