"""The words of the rules against their definitions, entry by entry, on exact numbers."""

import math

import flint
import numpy as np
import pytest

from refmem import algebra
from refmem.algebra import (
    bind,
    causal,
    causal_product,
    diagonal,
    dot,
    exp_where,
    over,
    products_after,
    products_before,
    recall,
    segment_products,
    segment_sums,
    softmax,
    sums_after,
    transposed,
    unit_lower_solve,
)
from refmem.algebra.mean_exp import mean_exp_slope
from refmem.algebra.numbers import (
    UnsupportedNumberError,
    fractions,
    intervals,
    prime_field,
    rationals,
)
from refmem.laws.exact import assert_enclosures_overlap, assert_same
from refmem.laws.systems import FIELD, RATIONALS

RANDOM = np.random.default_rng(0)
LENGTHS = [1, 2, 3, 4, 5, 8, 9]


def drawn(*shape, system=FIELD):
    return system.draw(RANDOM, shape, -1, 1)


def product(factors):
    return math.prod(factors, start=prime_field([1])[0])


def test_a_memory_recalls_what_was_bound_to_an_orthonormal_key():
    k, v = fractions([0, 1, 0]), fractions([5, 7])
    assert_same(recall(bind(k, v), k), v, "recall")
    assert_same(bind(k, v), fractions([[0, 0], [5, 7], [0, 0]]), "bind")


def test_an_angle_is_that_of_cosines_up_to_one():
    """What rounding takes past 1 or -1 is left out; what lies past them altogether is no cosine."""
    blurred, past = flint.arb(1, 2**-20), flint.arb(3) / 2
    angles = algebra.arccos(np.array([blurred, -blurred, past]))
    assert angles[0].contains(0)
    assert angles[0].contains((flint.arb(1) - flint.arb(2) ** -21).acos())
    assert angles[1].contains(flint.arb.pi())
    assert angles[1].rad() < 2**-9
    assert not angles[2].is_finite()
    assert (algebra.arccos(np.array([1 + 2**-52, -1 - 2**-51])) == [0, np.pi]).all()


def test_an_inner_product_conjugates_nothing():
    assert dot(np.array([1j]), np.array([1j])) == -1
    assert recall(np.array([[1j]]), np.array([1j]))[0] == -1


@pytest.mark.parametrize("T", LENGTHS)
def test_segment_products(T):
    decay, want = drawn(T), prime_field(np.zeros((T, T), dtype=int))
    for i in range(T):
        for j in range(i + 1):
            want[i, j] = product(decay[j + 1 : i + 1])
    assert_same(segment_products(decay), want, "segment_products")


@pytest.mark.parametrize("T", LENGTHS)
def test_products_before_and_after(T):
    decay = drawn(T, 2)
    before = np.array([[product(decay[:t, c]) for c in range(2)] for t in range(T)])
    after = np.array([[product(decay[t + 1 :, c]) for c in range(2)] for t in range(T)])
    assert_same(products_before(decay), before, "products_before")
    assert_same(products_after(decay), after, "products_after")


@pytest.mark.parametrize("T", LENGTHS)
def test_sums_of_segments(T):
    terms = drawn(T, system=RATIONALS)
    for rows in range(1, T + 1):
        want = rationals(np.zeros((rows, T), dtype=int))
        for row in range(rows):
            for j in range(T - rows + row):
                want[row, j] = terms[j + 1 : T - rows + row + 1].sum()
        assert_same(segment_sums(terms, rows), want, f"segment_sums of {rows} rows")
    assert_same(sums_after(terms)[:-1], segment_sums(terms, 1)[0, :-1], "sums_after")


def test_a_gate_of_minus_infinity_is_a_sum_of_minus_infinity():
    got = segment_sums(np.array([0.0, -np.inf, -1.0]), 3)
    want = np.array([[0, 0, 0], [-np.inf, 0, 0], [-np.inf, -1, 0]])
    assert_same(got, want, "segment_sums")


@pytest.mark.parametrize("T", LENGTHS)
def test_the_solve_solves(T):
    A = np.where(causal(T, T, strict=True), drawn(T, T), prime_field([0]))
    B = drawn(T, 2)
    X = unit_lower_solve(A, B)
    assert_same(X + A @ X, B, "X + A X")


def test_the_last_query_is_the_last_key():
    assert causal(2, 4).tolist() == [[True, True, True, False], [True, True, True, True]]
    assert causal(2, 4, strict=True).tolist() == [[True, True, False, False], [True] * 3 + [False]]


def test_a_diagonal():
    x = drawn(3)
    assert_same(diagonal(x).sum(-1), x, "diagonal")
    assert (diagonal(x)[~np.eye(3, dtype=bool)] == 0).all()


def test_softmax_by_hand():
    # weights 1, 2, 3 of logarithms; what is masked has none
    scores = np.array([[flint.arb(n).log() for n in (1, 2, 3)]] * 2)
    mask = np.array([[True, True, True], [True, False, True]])
    want = np.array([[flint.arb(n) / 6 for n in (1, 2, 3)], [flint.arb(n) / 4 for n in (1, 0, 3)]])
    assert_enclosures_overlap(softmax(scores, mask), want, "softmax")


@pytest.mark.parametrize("size", [-1e4, 0.0, 1e4])
def test_softmax_of_any_size_is_in_range(size):
    scores = np.full((1, 4), size)
    got = softmax(scores, np.array([[True, True, False, False]]))
    assert_same(got, np.array([[0.5, 0.5, 0.0, 0.0]]), "softmax")


def test_a_softmax_over_nothing_is_zero():
    got = softmax(np.array([[np.inf, 3.0]]), np.zeros((1, 2), dtype=bool))
    assert_same(got, np.zeros((1, 2)), "softmax")


def test_what_is_masked_is_never_exponentiated():
    got = exp_where(np.array([True, False]), np.array([0.0, 1e6]))
    assert_same(got, np.array([1.0, 0.0]), "exp_where")


def test_nothing_over_nothing_is_zero():
    got = over(fractions([[3], [0]]), fractions([[2], [0]]))
    assert_same(got, fractions([[1.5], [0]]), "over")


@pytest.mark.parametrize("word", ["exp", "log", "sqrt"])
def test_words_of_analysis_on_every_number_that_has_them(word):
    function = getattr(algebra, word)
    assert function(np.array([4.0], np.float32)).dtype == np.float32
    assert function(intervals([4]))[0].overlaps(flint.arb(getattr(math, word)(4), 2.0**-40))
    for exact in (fractions([4]), rationals([4]), prime_field([4])):
        with pytest.raises(UnsupportedNumberError, match=rf"{word} has numbers of kind "):
            function(exact)


@pytest.mark.parametrize("kind", [np.float32, np.float64, np.longdouble, complex])
def test_softplus_is_exact_at_both_ends(kind):
    """Where exp(x) is lost beside one, and where it overflows; in between, to four roundings."""
    x = np.array([-80, -1 / 2, 0, 3, 80, 5000], kind)
    got = algebra.softplus(x)
    assert got.dtype == x.dtype
    with flint.ctx.workprec(400):
        want = algebra.softplus(intervals(x.real))
        for error, true in zip(abs(intervals(got.real) - want), want, strict=True):
            assert error <= 4 * flint.arb(float(np.finfo(kind).eps)) * true
    assert_same(algebra.logsigmoid(-x), -got, "logsigmoid")


@pytest.mark.parametrize("kind", [np.float32, np.float64, np.longdouble, complex])
@pytest.mark.parametrize("function", [algebra.mean_exp, mean_exp_slope])
def test_the_mean_of_exp_loses_nothing_near_zero(function, kind):
    """Where exp(x) - 1 cancels, on both sides of the switch, and far away: to eight roundings."""
    x = np.array([-5000, -1, -1 + 2**-20, -(2**-20), 0, 2**-20, 1 - 2**-20, 3], kind)
    got = function(x)
    assert got.dtype == x.dtype
    with flint.ctx.workprec(400):
        want = function(intervals(x.real))
        for error, true in zip(abs(intervals(got.real) - want), want, strict=True):
            assert error <= 8 * flint.arb(float(np.finfo(kind).eps)) * true


def test_the_mean_of_exp_is_the_quotient_away_from_zero():
    x = intervals([-3, 2])
    quotient = (algebra.exp(x) - 1) / x
    assert_enclosures_overlap(algebra.mean_exp(x), quotient, "mean_exp")
    slope = (algebra.exp(x) - quotient) / x
    assert_enclosures_overlap(mean_exp_slope(x), slope, "mean_exp_slope")


def test_a_transpose_leaves_leading_axes_alone():
    assert transposed(np.zeros((5, 2, 3))).shape == (5, 3, 2)


def test_a_causal_product_leaves_out_what_is_later():
    """Against the rows one by one, each over what it sees; whole numbers add up exactly."""
    random = np.random.default_rng(0)
    weights = random.integers(1, 5, (2, 3, 5)) * causal(3, 5).astype(float)
    values = random.integers(1, 5, (2, 5, 2)).astype(float)
    values[0, 1, 0], values[0, 3, 1], values[1, 4] = np.inf, np.nan, [-np.inf, np.nan]
    got = causal_product(weights, values)
    rows = [weights[:, t, None, : 3 + t] @ values[:, : 3 + t] for t in range(3)]
    np.testing.assert_array_equal(got, np.concatenate(rows, axis=1))
    assert np.isfinite(got[1, :2]).all()
    assert (got[0, :, 0] == np.inf).all()
