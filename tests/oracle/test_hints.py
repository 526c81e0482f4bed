"""What is said of a wrong result whose mistake is not known."""

import numpy as np
import pytest

from refmem.oracle.explain.hints import bits, gain, hints, not_finite, permuted, shifted, where
from refmem.oracle.verdict.budget import Expected
from refmem.oracle.verdict.metrics import Errors

TRUTH = np.random.default_rng(0).normal(size=(2, 3, 8, 5))
STATE = {"state": np.zeros((2, 3, 4, 5))}


@pytest.mark.parametrize(
    ("factor", "said"),
    [(0.5, "0.5 = 1/sqrt(K)"), (5**0.5, "2.236 = sqrt(V)"), (3, "is 3 times"), (-1, "is -1 times")],
)
def test_gain(factor, said):
    assert said in gain(factor * TRUTH, TRUTH, 1e-9, STATE)


def noisy(size):
    """Numbers off by up to so much, relatively."""
    return TRUTH * (1 + size * np.random.default_rng(1).uniform(-1, 1, TRUTH.shape))


def said_of(x, allowed=1e-7):
    """The hints for an output that may be off by so much."""
    wanted = Expected(np.dtype(np.float64), {"out": TRUTH}, {"out": Errors(*[allowed] * 4)})
    return hints(wanted, {"out": x}, {})


def test_what_is_nearly_right_is_said_to_be_rounded():
    near, place = said_of(noisy(1e-6))
    assert near.startswith("out is off by ")
    assert "roundings that add up" in near
    assert place.startswith("out is wrong at ")
    assert any("right to about 11 bits" in one for one in said_of(noisy(1e-3)))
    assert not any("bits" in one for one in said_of(noisy(1)))


def test_what_goes_one_way_is_no_rounding():
    """An epsilon in a denominator makes all numbers a little smaller."""
    said = said_of(TRUTH * (1 - 1e-6))[0]
    assert "always too small" in said
    assert "roundings" not in said


def test_what_begins_all_at_once_is_no_rounding():
    """A window that loses keys: right up to some token, and wrong after it."""
    x = noisy(1e-9)
    x[..., 5:, :] = noisy(1e-6)[..., 5:, :]
    said, place = said_of(x)
    assert "all at once" in said
    assert place.startswith("out is wrong from token 5 on")


def test_bits_by_hand():
    """An error of 2^-9 leaves 9 bits; nothing wrong, or a tenth wrong, is no rounding."""
    assert bits(2.0**-9).startswith("is right to about 9 bits")
    assert bits(0) == bits(0.1) == ""


def test_no_gain():
    assert gain(TRUTH[::-1], TRUTH, 1e-9, STATE) == ""


def test_shifts():
    assert shifted(np.roll(TRUTH, 1, -2), TRUTH, 1e-9) == "is right, but one row late"
    assert shifted(np.roll(TRUTH, -1, -2), TRUTH, 1e-9) == "is right, but one row early"
    assert shifted(TRUTH[::-1], TRUTH, 1e-9) == ""


def test_permuted_heads():
    assert permuted(TRUTH[:, [1, 2, 0]], TRUTH, 1e-9) == "has its heads in the order [1, 2, 0]"
    assert permuted(TRUTH, TRUTH, 1e-9) == ""


def test_where():
    x = TRUTH.copy()
    x[:, 1, 3:] += 1
    assert where(x, TRUTH, 1e-3) == "is wrong from token 3 on, in head 1 of every sequence"


def test_minus_infinity_is_suspected():
    x = TRUTH.copy()
    x[0, 0, 2:] = np.nan
    said = not_finite(x, TRUTH, {"alpha": np.array([1.0, 0.0])})
    assert said.startswith("is NaN or infinite from token 2 on: some gates are exactly zero")
    assert not_finite(x, TRUTH, {"alpha": np.array([1.0])}) == "is NaN or infinite from token 2 on"
