"""The error function of long doubles, against certified intervals."""

import flint
import numpy as np
import pytest

from refmem import algebra
from refmem.algebra.error_function import SWITCH, erf_of_floats
from refmem.algebra.numbers import rationals

ALLOWED = 6
"""How many eps of the result it may be off, by its module."""

KINDS = [np.float32, np.float64, np.longdouble]


def points(dtype):
    """Where erf is not yet one, with all bits in use; tiny numbers; both sides of the switch."""
    random = np.random.default_rng(0)
    spread = random.uniform(-7, 7, 500).astype(dtype) * (
        1 + random.uniform(-1, 1, 500).astype(dtype) / 3
    )
    tiny = dtype(10) ** -np.arange(30, dtype=dtype)
    two = dtype(SWITCH)
    return np.concatenate(
        [spread, tiny, [two, np.nextafter(two, 0 * two), np.nextafter(two, 2 * two)]]
    )


@pytest.mark.parametrize("dtype", KINDS, ids=lambda dtype: dtype.__name__)
def test_it_is_within_its_bound_of_certified_values(dtype):
    x = points(dtype)
    found, eps = rationals(erf_of_floats(x)), float(np.finfo(dtype).eps)
    with flint.ctx.workprec(256):
        for one, number in zip(found, rationals(x), strict=True):
            true = flint.arb(number).erf()
            assert abs(flint.arb(one) - true) <= ALLOWED * eps * abs(true), f"erf({float(number)})"


def test_the_word_is_as_good_as_its_numbers():
    """Of long doubles too, where rounding to float64 would be a thousand times coarser."""
    for dtype in KINDS:
        x = points(dtype)
        assert algebra.erf(x).dtype == dtype
        error = algebra.erf(x).astype(np.longdouble) - erf_of_floats(x.astype(np.longdouble))
        assert (abs(error) <= ALLOWED * np.finfo(dtype).eps).all()


def test_ends_and_nothing():
    x = np.array([np.nan, np.inf, -np.inf, 0.0, -0.0], np.longdouble)
    assert np.array_equal(erf_of_floats(x), [np.nan, 1, -1, 0, 0], equal_nan=True)
    assert np.signbit(erf_of_floats(x)[4])
    assert erf_of_floats(np.zeros((0, 3), np.longdouble)).shape == (0, 3)
    assert erf_of_floats(np.array(50, np.longdouble)) == 1
