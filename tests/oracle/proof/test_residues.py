"""Residues in machine words do what pairs do, entry by entry."""

import numpy as np
import pytest

from refmem.algebra import exp, log, sqrt
from refmem.algebra.pairs import drawn, lifted, pairs
from refmem.oracle.proof import residues as n

random = np.random.default_rng(0)
X, Y = (drawn(random, (4, 3)) for _ in "xy")
SMALL = pairs(np.array([[1, 2, 12], [0.5, -3, 3**-0.5], [0.1, 7, 130], [2, 2, 49]]))


def assert_same(found, expected):
    """Raise unless residues are those of an array of pairs, in all their parts."""
    wanted = n.lift(np.asarray(expected, dtype=object))
    assert found.shape == wanted.shape
    for part in ("first", "second", "factor"):
        assert (found[part] == wanted[part]).all(), part


def test_the_comparison_can_fail():
    with pytest.raises(AssertionError):
        assert_same(n.add(X, Y), X - Y)


@pytest.mark.parametrize("y", [Y, SMALL, 3, -2, 0.5])
def test_arithmetic(y):
    x = n.lift(X)
    other = n.lift(y) if isinstance(y, np.ndarray) else y
    assert_same(n.add(x, other), X + y)
    assert_same(n.subtract(x, other), X - y)
    assert_same(n.multiply(x, other), X * y)
    assert_same(n.divide(x, other), X / y)


@pytest.mark.parametrize("x", [X, SMALL])
def test_functions(x):
    assert_same(n.exp(x), exp(x))
    assert_same(n.square_root(n.lift(x)), sqrt(x))
    assert_same(n.power(x, 5), x**5)
    assert_same(n.power(x, -2), x**-2)
    assert_same(n.function("erf", x), np.frompyfunc(lambda z: z.function("erf"), 1, 1)(x))


def test_logarithms():
    x = n.log(n.lift(X))
    assert_same(n.exp(n.subtract(x, n.log(n.lift(Y)))), exp(log(X) - log(Y)))
    assert_same(n.multiply(x, 3), log(X) * 3)
    assert_same(n.multiply(x, n.lift(Y)), log(X) * Y)
    assert_same(n.total(x, 0), log(X).sum(0))


def test_sums_and_products():
    x = n.lift(X)
    assert_same(n.total(x, (0, 1)), np.asarray(X.sum(), dtype=object))
    assert_same(n.total(x, 1, True), X.sum(1, keepdims=True))
    assert_same(n.accumulate(x, 0), np.add.accumulate(X, 0))
    assert_same(n.product(x, 1), X.prod(1))
    assert_same(n.matmul(x, n.lift(Y.T)), X @ Y.T)
    assert_same(n.matmul(np.stack([x, x]), n.lift(Y.T)), np.stack([X @ Y.T] * 2))


def test_contractions_are_exact_at_the_largest_residues():
    x = n.lift(np.full((1, 2000), -1))
    assert_same(n.matmul(x, np.swapaxes(x, 0, 1)), pairs([[2000]]))


def test_maxima_are_free_and_order_is_unknown():
    x, y = n.lift(X), n.lift(Y)
    assert_same(n.maximum(x, y), np.frompyfunc(lambda a, b: a.maximum(b), 2, 1)(X, Y))
    assert_same(n.less(x, y), np.frompyfunc(lambda a, b: b.above(a), 2, 1)(X, Y))
    assert (n.maximum(x, x) == x).all()
    assert (n.equal(x, x) & ~n.equal(x, y)).all()
    assert n.is_residues(n.less(x, y))
    assert not n.less(x, x).any()
    assert_same(n.absolute(n.negative(x)), np.frompyfunc(lambda a: a.absolute(), 1, 1)(X))
    assert n.same(n.maximum(n.add(x, 3), n.add(y, 3)), n.add(n.maximum(x, y), 3)).all()
    top = n.largest(x, 1)
    assert n.is_residues(n.equal(top, x[:, 0]))  # whether it is this one, nobody knows
    nothing = n.lift(np.full((4, 1), -np.inf))
    assert (n.largest(np.concatenate([nothing, x], 1), 1) == top).all()


def test_infinities():
    x, nothing = n.lift(X), n.lift(np.full((4, 3), -np.inf))
    assert (n.exp(nothing)["first"] == 0).all()
    assert (n.add(x, nothing)["kind"] == n.MINUS).all()
    assert (n.subtract(nothing, nothing)["kind"] == n.NAN).all()
    assert (n.multiply(nothing, 2.5)["kind"] == n.MINUS).all()
    assert (n.multiply(nothing, -1)["kind"] == n.PLUS).all()
    assert (n.multiply(nothing, x)["kind"] == n.NAN).all()
    assert (n.divide(x, 0)["kind"] == n.NAN).all()
    assert (n.log(n.zeros(3))["kind"] == n.MINUS).all()
    assert (n.where(n.odd_entries(nothing), 0, nothing)["kind"] == n.NUMBER).all()


def test_numbers_are_the_same_where_their_exponentials_are():
    x, y = n.lift(X), n.lift(Y)
    product = n.log(n.multiply(x, y))
    assert n.same(product, n.add(n.log(x), n.log(y))).all()
    assert not n.same(product, n.log(x)).any()
    assert n.of_number(lifted(2))[0] == [2, 2, 2]
