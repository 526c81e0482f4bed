"""Every comparison of refmem.laws.exact raises where it must, and says where and what."""

from fractions import Fraction

import flint
import numpy as np
import pytest

from refmem import Result
from refmem.algebra.numbers import fractions, intervals, prime_field, rationals
from refmem.laws.exact import assert_enclosures_overlap, assert_same, assert_within
from refmem.memory import Cache

A_LITTLE = 2.0**-40
WRONG = {
    "off by 2^-40": np.array([1.0, 2.0 + A_LITTLE]),
    "one ulp off": np.array([1.0, np.nextafter(2.0, 3.0)]),
    "NaN": np.array([1.0, np.nan]),
    "infinite": np.array([1.0, np.inf]),
}
MISSHAPEN = {
    "one entry less": np.array([1.0]),
    "one axis more": np.array([[1.0, 2.0]]),
    "a number alone": np.array(1.0),
    "no entry": np.array([]),
}


def test_what_is_the_same_is_the_same():
    x = np.array([1.0, 2.0])
    assert_same(x, x.copy(), "x")
    assert_same(Result(x, None), Result(x.copy(), None), "x")
    assert_same([x], [x.copy()], "x")


@pytest.mark.parametrize("got", (WRONG | MISSHAPEN).values(), ids=WRONG | MISSHAPEN)
def test_floats_that_differ_are_not_the_same(got):
    with pytest.raises(AssertionError, match=r"^x"):
        assert_same(got, np.array([1.0, 2.0]), "x")


def test_nan_is_not_the_same_as_itself():
    x = np.array([np.nan])
    with pytest.raises(AssertionError, match=r"x\[0\] is .*nan"):
        assert_same(x, x, "x")


@pytest.mark.parametrize("dtype", [np.float32, np.complex128, int, object])
def test_another_dtype_is_not_the_same(dtype):
    with pytest.raises(AssertionError, match=r"x is ndarray of .*, expected ndarray of float64"):
        assert_same(np.array([1, 2]).astype(dtype), np.array([1.0, 2.0]), "x")


@pytest.mark.parametrize("convert", [fractions, rationals, prime_field])
def test_exact_numbers_that_differ_by_very_little_are_not_the_same(convert):
    one = np.array([Fraction(1)], dtype=object)
    with pytest.raises(AssertionError, match=r"x\[0\] is"):
        assert_same(convert(one + Fraction(1, 2**200)), convert(one), "x")


def test_the_first_difference_is_named_with_both_values():
    want = Result(np.zeros((2, 3)), Cache(np.zeros((2, 2)), np.zeros((2, 1))))
    got = Result(np.zeros((2, 3)), Cache(np.array([[0.0, 0.0], [0.5, 7.0]]), np.zeros((2, 1))))
    with pytest.raises(
        AssertionError,
        match=r"^delta\.scan: state\.key\[1, 0\] is .*0\.5.*, expected .*0\.0.*; 2 of 4 entries",
    ):
        assert_same(got, want, "delta.scan")


@pytest.mark.parametrize(
    ("got", "want"),
    [
        (np.zeros(1), None),
        (None, np.zeros(1)),
        ([np.zeros(1)], [np.zeros(1), np.zeros(1)]),
        ([np.zeros(1)], np.zeros(1)),
        ((np.zeros(1), None), Result(np.zeros(1), None)),
        (0.0, np.zeros(())),
    ],
    ids=["no array", "an array", "too few", "a list", "a plain tuple", "a number"],
)
def test_another_structure_is_not_the_same(got, want):
    with pytest.raises(AssertionError, match=r"^x"):
        assert_same(got, want, "x")


def third():
    return np.array([flint.arb(1) / 3])


def test_narrow_intervals_that_share_a_point_are_the_same():
    assert_enclosures_overlap(third(), third(), "x")
    assert_same(third(), third(), "x")


@pytest.mark.parametrize(
    "got",
    [
        third() + A_LITTLE,
        third() * flint.arb(1, 1),
        np.array([flint.arb("nan")]),
        np.array([flint.arb("inf")]),
        np.array([flint.arb(0, flint.arb("inf"))]),
        np.array([[flint.arb(1) / 3]]),
        np.array([1 / 3]),
    ],
    ids=["off by 2^-40", "wide", "NaN", "infinite", "all numbers", "misshapen", "a float"],
)
@pytest.mark.parametrize("compare", [assert_enclosures_overlap, assert_same])
def test_other_intervals_are_not_the_same(compare, got):
    with pytest.raises(AssertionError, match=r"^x"):
        compare(got, third(), "x")


def within(got, bound=A_LITTLE):
    assert_within(got, rationals([1, 2]), rationals([bound, bound]), "x")


def test_floats_at_the_bound_are_within_it():
    within(np.array([1.0, 2.0]), 0)
    within(np.array([1.0 - A_LITTLE, 2.0 + A_LITTLE]))
    within(np.array([1.0, 2.0], dtype=np.longdouble) + np.longdouble(2) ** -60)


@pytest.mark.parametrize(
    "got",
    [
        np.array([1.0, 2.0 + 2 * A_LITTLE]),
        np.array([1.0, np.nextafter(2 + A_LITTLE, 3)]),
        WRONG["NaN"],
        WRONG["infinite"],
        *MISSHAPEN.values(),
    ],
    ids=["twice", "one ulp too far", "NaN", "infinite", *MISSHAPEN],
)
def test_floats_beyond_the_bound_are_not_within_it(got):
    with pytest.raises(AssertionError, match=r"^x"):
        within(got)


@pytest.mark.parametrize("dtype", [complex, int, object])
def test_only_real_floats_are_within_a_bound(dtype):
    with pytest.raises(AssertionError, match="expected an array of real floats"):
        within(np.array([1, 2]).astype(dtype))


@pytest.mark.parametrize("bound", ["inf", "nan"])
def test_a_bound_that_nothing_exceeds_is_no_bound(bound):
    with pytest.raises(AssertionError, match="x has no finite bound"):
        assert_within(np.array([1.0]), intervals([1]), np.array([flint.arb(bound)]), "x")


def test_a_misshapen_bound_is_no_bound():
    with pytest.raises(AssertionError, match=r"^x has shape"):
        assert_within(np.array([1.0, 2.0]), rationals([1, 2]), rationals([1]), "x")
