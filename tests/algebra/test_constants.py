"""Which floats are taken for the numbers that people write, and which are not."""

import math
from fractions import Fraction

import numpy as np
import pytest

from refmem.algebra.constants import Constant, is_exact, recognised


@pytest.mark.parametrize("K", [2, 3, 5, 6, 7, 8, 12, 20, 33, 128])
@pytest.mark.parametrize("dtype", [np.float64, np.float32])
def test_one_over_the_root_of_a_width(K, dtype):
    found = recognised(float(dtype(K**-0.5)))
    assert found.rational**2 * found.radicand == Fraction(1, K)
    assert found.name == ""


@pytest.mark.parametrize(
    ("x", "expected"),
    [
        (0.375, "3/8"),
        (1 / 3, "1/3"),
        (float(np.float32(0.1)), "1/10"),
        (1e-6, "1/1000000"),
        (0.044715, "8943/200000"),
        (math.log(2), "1 log(2)"),
        (math.log2(math.e) / math.sqrt(3), "1/sqrt(3) 1/log(2)"),
        (math.sqrt(2 / math.pi) ** 2, "2 1/pi"),
        (-(0.5**0.5), "-1/sqrt(2)"),
        (12**-0.25, "(1/12)^(1/4)"),
    ],
)
def test_numbers_that_people_write(x, expected):
    assert str(recognised(x)) == expected


@pytest.mark.parametrize(
    "x",
    [1.0000000000001, 1 + 2**-23, 0.5 + 1e-13, 3**-0.5 * (1 + 1e-13), math.log(2) + 1e-12],
)
def test_what_is_near_such_a_number_is_not_it(x):
    assert is_exact(x)
    assert recognised(x) == Constant(Fraction(x))
