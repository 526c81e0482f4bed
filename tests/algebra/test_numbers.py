"""The number systems: what converts to what, what each can do, and what a missing one says."""

import sys
from fractions import Fraction

import flint
import numpy as np
import pytest
import sympy as sp

from refmem.algebra import numbers
from refmem.algebra.numbers import (
    PRIME,
    UnsupportedNumberError,
    fractions,
    intervals,
    prime_field,
    rationals,
    symbols,
    system_of,
    to_bfloat16,
)

FLOATS = [np.float16, np.float32, np.float64, np.longdouble]


def test_the_modulus_is_prime():
    """Lucas and Lehmer: 2^61 - 1 divides s[59] of s -> s^2 - 2 from 4."""
    assert PRIME == 2**61 - 1
    s = 4
    for _ in range(61 - 2):
        s = (s * s - 2) % PRIME
    assert s == 0


@pytest.mark.parametrize("dtype", FLOATS, ids=lambda dtype: np.dtype(dtype).name)
def test_a_float_is_the_fraction_it_is(dtype):
    tenth = dtype(1) / dtype(10)
    exact = Fraction(*tenth.as_integer_ratio())
    assert exact != Fraction(1, 10)
    x = np.array([[tenth, 3]], dtype=dtype)
    assert fractions(x).tolist() == [[exact, 3]]
    assert rationals(x).tolist() == [[flint.fmpq(exact.numerator, exact.denominator), 3]]
    numerator = prime_field([exact.numerator])[0]
    assert prime_field(x)[0, 0] * exact.denominator == numerator
    with flint.ctx.workprec(64):
        assert intervals(x)[0, 0].is_exact()
        assert intervals(x)[0, 0].fmpq() == rationals(x)[0, 0]


def test_a_fraction_in_the_field_is_a_quotient():
    third = prime_field([Fraction(1, 3)])[0]
    assert third * 3 == 1


def test_whole_numbers_convert():
    for convert in (rationals, fractions, prime_field, intervals):
        assert convert(np.arange(4).reshape(2, 2))[1, 0] == 2


@pytest.mark.parametrize(
    ("x", "name"),
    [
        (np.ones(1, np.float16), "float16"),
        (np.ones(1, np.complex64), "complex64"),
        (fractions([1]), "Fraction"),
        (rationals([1]), "fmpq"),
        (prime_field([1]), "nmod"),
        (intervals([1]), "arb"),
        (np.array([flint.acb(1)]), "acb"),
        (symbols("x", (1,)), "sympy"),
        (np.array([sp.Integer(1) / 2, 1]), "sympy"),
        (np.array([1, Fraction(1, 2)], dtype=object), "Fraction"),
        (np.array([1, 2], dtype=object), "int"),
        (np.array([], dtype=object), "int"),
    ],
    ids=str,
)
def test_the_system_of_an_array(x, name):
    assert system_of(x).name == name


@pytest.mark.parametrize(
    ("x", "message"),
    [
        (np.ones(1, int), r"dtype int64, expected float16, float32, .* nothing is cast silently"),
        (np.ones(1, bool), r"dtype bool, expected float16"),
        (np.array(["a"]), r"dtype str.*, expected float16"),
        (np.array([True], dtype=object), r"an entry of type bool, expected Fraction"),
        (np.array([1.5], dtype=object), r"an entry of type float, expected Fraction"),
        (np.array([None], dtype=object), r"an entry of type NoneType, expected Fraction"),
        (np.array([Fraction(1), flint.fmpq(1)]), r"entries of Fraction and fmpq, expected one"),
    ],
    ids=str,
)
def test_what_is_no_number_system(x, message):
    with pytest.raises(UnsupportedNumberError, match=message):
        system_of(x)


@pytest.mark.parametrize("convert", [rationals, prime_field, intervals])
def test_a_missing_extra_is_named(convert, monkeypatch):
    monkeypatch.setitem(sys.modules, "flint", None)
    with pytest.raises(
        ImportError,
        match=r"numbers: python-flint is missing, expected for exact and certified numbers, "
        r"because it is optional; install it with: pip install 'refmem\[certify\]'",
    ):
        convert([1])


def test_fractions_need_no_extra(monkeypatch):
    monkeypatch.setitem(sys.modules, "flint", None)
    assert fractions([0.5])[0] == Fraction(1, 2)


def test_symbols_are_named_by_place():
    assert [str(s) for s in symbols("k", (2, 2)).flat] == ["k[0,0]", "k[0,1]", "k[1,0]", "k[1,1]"]
    assert str(symbols("gamma", ())[()]) == "gamma"
    assert symbols("k", (1,))[0].is_real


@pytest.mark.parametrize(("x", "nearest"), [("1/2", 0), ("3/2", 2), ("-1/2", 0), ("7/5", 1)])
def test_fractions_round_halves_to_even(x, nearest):
    for convert in (fractions, rationals):
        one = convert([Fraction(x)])
        assert numbers.system_of(one).apply("round", one)[0] == nearest


def test_bfloat16_by_hand():
    """Eight bits: 1 + 2^-8 is a tie and goes to even, 1 + 3/256 goes up."""
    assert to_bfloat16(np.array([1 + 2**-8, 1 + 3 * 2**-8, -3.0, 0])).tolist() == [
        1,
        1 + 2**-6,
        -3,
        0,
    ]
