"""Pairs of residues: exp takes sums to products, and rules that need exp run on them exactly."""

import copy
from fractions import Fraction

import numpy as np
import pytest
import sympy

from refmem.algebra import exp, log, sqrt, tanh
from refmem.algebra.modular import (
    GENERATOR,
    ORDERS,
    PRIMES,
    UndefinedError,
    as_fraction,
    other_guesses,
)
from refmem.algebra.pairs import drawn, lifted, pairs
from refmem.laws.draws import sample
from refmem.laws.systems import FIELD
from refmem.rules import RULES

ORDERED = ("hopfield_classical", "hopfield_dense", "moe", "product_key_memory")
"""Rules that choose by size, which pairs have not."""

MAXIMA = ("mlstm",)
"""Of which one form takes a positive factor out of a maximum: of that nothing is known."""


def some(*shape, seed=0):
    return drawn(np.random.default_rng(seed), shape)


def test_the_primes_are_safe_and_have_the_roots():
    for p, r in zip(PRIMES, ORDERS, strict=True):
        assert sympy.isprime(p)
        assert sympy.isprime(r)
        assert p == 2 * r + 1
        assert pow(GENERATOR, r, p) == 1
        for n in (2, 3, 5, 7, 11, 13):
            assert pow(n, (p - 1) // 2, p) == pow(n, (r - 1) // 2, r) == 1


def test_exp_takes_sums_to_products():
    x, y = some(5), some(5, seed=1)
    assert (exp(x + y) == exp(x) * exp(y)).sum() == 0  # their second parts are unknown
    for one, other in zip(exp(x + y), exp(x) * exp(y), strict=True):
        assert one.first == other.first
    assert (exp(x * 0) == 1).all()
    assert all(a.first != b.first for a, b in zip(exp(x * y), exp(x) * exp(y), strict=True))


def test_logarithms_add_as_numbers_multiply():
    x, y = some(5), some(5, seed=1)
    for one, other in zip(exp(log(x) + log(y) - log(x * y)), pairs(np.ones(5)), strict=True):
        assert one.first == other.first
    assert [z.first for z in exp(3 * log(x))] == [z.first for z in x**3]
    assert (log(exp(x)) == x).all()


def test_minus_infinity():
    nothing = lifted(-np.inf)
    x = some(1)[0]
    assert nothing.exp() == 0
    assert (nothing + x).exp() == 0
    assert lifted(0).log() == nothing
    assert nothing.maximum(x) == x
    with pytest.raises(UndefinedError):
        nothing - nothing
    with pytest.raises(UndefinedError):
        x / (x - x)


def test_roots_of_whole_numbers_are_exact():
    x = pairs(np.array([2, 3, 12, 130.0]))
    assert (sqrt(x) * sqrt(x) == x).all()
    assert sqrt(x)[0] * sqrt(x)[1] == sqrt(pairs([6]))[0]
    drawn_one = some(1)
    assert (sqrt(drawn_one) ** 2 != drawn_one).all()


def test_unknown_functions_are_functions_and_nothing_else():
    x, y = some(2)
    assert x.maximum(y) == y.maximum(x)
    assert x.maximum(x) == x
    assert (x + 3).maximum(y + 3) == x.maximum(y) + 3
    assert x.maximum(y) == x + (y - x).maximum(0)
    assert (-x).absolute() == x.absolute() != x
    assert x.function("erf") == (x + y - y).function("erf")
    with other_guesses():
        assert x.maximum(y) != y
        other = x.maximum(y)
    assert other != x.maximum(y)


def test_floats_are_what_they_stand_for():
    assert lifted(0.1) * 10 == 1
    assert lifted(3**-0.5) ** 2 * 3 == 1
    assert lifted(12**-0.25) ** 4 * 12 == 1
    assert lifted(12**-0.25) ** 2 == lifted(12**-0.5)
    assert lifted(np.log(2)).exp().first == 2
    assert lifted(1.0000000000001) != 1


def test_a_number_has_no_truth():
    with pytest.raises(TypeError, match="has no truth"):
        bool(some(1)[0])


@pytest.mark.parametrize("x", [Fraction(-3, 7), Fraction(5), Fraction(0)])
def test_small_fractions_come_back(x):
    assert as_fraction(lifted(x).first) == x


def test_tanh_is_made_of_exp():
    x = some(3)
    assert (tanh(-x) + tanh(x) == 0).sum() == 0  # second parts
    assert all(z.first == 0 for z in tanh(-x) + tanh(x))


@pytest.mark.parametrize("rule", [r for r in RULES if r.name not in ORDERED], ids=lambda r: r.name)
def test_every_form_is_the_definition_on_pairs(rule):
    """For softmax too, whose exponentials no other exact numbers have."""
    system = PAIRS
    free = copy.copy(rule)
    free.check_ranges = lambda arrays: None
    call = sample(free, system, 3)
    expected = free(**call).out
    for form in free.forms[1:]:
        if form != "fast" and not (form == "stabilised" and rule.name in MAXIMA):
            found = free(**call, form=form).out
            assert all(a.first == b.first for a, b in zip(found.flat, expected.flat, strict=True))
    grads = free.vjp(**call, dout=some(*expected.shape))
    assert grads[0].shape == np.shape(call[next(iter(free.inputs))])


class Pairs(type(FIELD)):
    """Pairs, to draw from."""

    def draw(self, random, shape, low, high):
        return drawn(random, shape)


PAIRS = Pairs("Pair", pairs)
