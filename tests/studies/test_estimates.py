"""Intervals and running statistics."""

import math
import statistics

import numpy as np
import pytest

from refmem.studies.estimates import mean_of, rate_of, student
from refmem.studies.longcontext.statistics import Running


def test_a_mean_is_within_its_interval_as_often_as_it_says():
    """Of 4000 means of 5 normal numbers, 80 % lie within: 3200 in expectation, 25 the deviation."""
    rng = np.random.default_rng(0)
    inside = sum(0 in mean_of(rng.standard_normal(5), 0.8) for _ in range(4000))
    assert abs(inside - 3200) < 4.5 * 25.3


def test_students_interval_is_wide_for_few_samples():
    """Of two samples, a quarter of a turn of the Cauchy distribution: tan(pi (p - 1/2))."""
    assert abs(student(1, 0.5) - math.tan(math.pi / 4)) < 1e-12
    assert abs(student(np.inf, 0.95) - statistics.NormalDist().inv_cdf(0.975)) < 1e-12


def test_a_rate_is_within_its_interval_as_often_as_it_says():
    """Points of c t^-1 with one percent of noise, 2000 times: 95 % is 1900, 9.7 the deviation."""
    rng, times = np.random.default_rng(0), np.array([1.0, 2.0, 4.0, 8.0])
    inside = 0
    for _ in range(2000):
        means = 3 / times * (1 + 0.01 * rng.standard_normal(4))
        inside += -1 in rate_of(times, means, 0.01 * means)
    assert abs(inside - 1900) < 4.5 * 9.7


def test_one_sample_has_no_spread():
    with pytest.raises(ValueError, match="mean_of: samples has 1 of them, expected at least 2"):
        mean_of(np.ones(1))


def test_running_statistics_are_those_of_all_numbers():
    """Whole numbers whose running means are whole: nothing is rounded."""
    numbers = [4.0, 2.0, 6.0, 0.0, 8.0]
    running = Running()
    for x in numbers:
        running = running.after(x)
    assert running == (5, statistics.mean(numbers), 40.0, 0.0, 8.0)
    assert running.deviation == statistics.stdev(numbers)


def test_a_large_offset_does_not_drown_the_spread():
    running = Running()
    for x in (1e9, 1e9 + 1, 1e9 + 2):
        running = running.after(x)
    assert running.squares == 2


def test_fewer_than_two_numbers_have_no_deviation():
    assert math.isnan(Running().after(1.0).deviation)
