"""Law: the tape's slope is the derivative wherever a function has one, on floats as on intervals.

And where it has none, at a kink, the row says so, and the slope is a number by convention.
"""

import inspect

import numpy as np
import pytest

from refmem import algebra
from refmem.algebra import exp, over, relu, selection, sqrt
from refmem.derivative.tape import leaves, push, traced
from refmem.functions import activations, features, kernels, layer_norm, random_features
from refmem.functions import slopes as slopes_of_heads
from refmem.functions.activations import ACTIVATIONS
from tests.derivative.one_sided import MAKERS, is_finite, is_same, one_sided, the_derivative
from tests.derivative.special_points import NO_SLOPE, OF_ROWS, ROWS, WORDS, Row

MODULES = (activations, features, kernels, layer_norm, random_features, slopes_of_heads)
LOST = 2.0**-40
"""Floats of 53 bits may lose twelve of them on the way through a word."""


def slopes(row, x, directions, make):
    """The tape's derivative at x along each of these directions, flat."""
    nodes = traced([make(part) for part in x])
    result = row.function(*nodes)
    for d in directions:
        along = [make(part) for part in d]
        yield np.concatenate([np.ravel(one) for one in leaves(push(nodes, along, result))])


def floats(dtype):
    return lambda x: np.asarray(x, dtype)


def compare(row):
    """Raise unless slopes are derivatives; else the points where there is a kink."""
    make, kinks = MAKERS["rationals" if row.exact else "intervals"], []
    for x in row.points():
        wanted = list(derivatives(row, x, make))
        assert wanted, f"at {x}: no direction has two sides"
        directions = [d for d, _ in wanted]
        for kind in (make, floats(float), floats(complex)):
            for found, (_, want) in zip(slopes(row, x, directions, kind), wanted, strict=True):
                expect_equal(found, want, x)
        if any(one is None for _, want in wanted for one in want):
            kinks.append(x)
    return kinks


def derivatives(row, x, make):
    """Every direction in which the function has values, and its derivatives, None at a kink."""
    for d in row.directions():
        right, left = one_sided(row.function, x, d, make)
        if all(is_finite(a) or is_finite(b) for a, b in zip(right, left, strict=True)):
            yield d, [the_derivative(*sides) for sides in zip(right, left, strict=True)]


def expect_equal(slopes, wanted, x):
    """Raise unless the slopes are numbers, and those that are wanted; of floats nearly."""
    for slope, want in zip(slopes, wanted, strict=True):
        floating = isinstance(slope, float | complex)
        assert np.isfinite(slope) if floating else is_finite(slope), f"at {x}: slope {slope}"
        if want is None:
            continue
        near = abs(slope - float(want)) <= LOST * (1 + abs(float(want))) if floating else (
            is_same(slope, want))  # fmt: skip
        assert near, f"at {x}: slope {slope}, derivative {want}"


@pytest.mark.parametrize("name", ROWS)
def test_the_slope_is_the_derivative_where_there_is_one(name):
    row = ROWS[name]
    assert plain(compare(row)) == plain(x for x in row.points() if row.kink(*x))


def plain(points):
    """Arguments as lists, which can be compared."""
    return [[part.tolist() for part in x] for x in points]


def written_in(module):
    """Names of its public functions."""
    return {
        name
        for name, one in vars(module).items()
        if getattr(one, "__module__", "") == module.__name__ and inspect.isfunction(one)
        if not name.startswith("_")
    }


def test_every_word_and_every_function_has_a_row():
    words = {*algebra.__all__, *written_in(selection)}
    assert words - NO_SLOPE.keys() == WORDS.keys()
    functions = set().union(*map(written_in, MODULES))
    assert NO_SLOPE.keys() <= words | functions
    for name in functions - NO_SLOPE.keys():
        assert any(row.startswith(name) for row in ROWS), name


@pytest.mark.parametrize("name", [n for n in ACTIVATIONS if n not in OF_ROWS])
def test_a_written_slope_is_the_tape_s(name):
    one, x = ACTIVATIONS[name], np.array([-700.0, -1.0, 0.0, 1e-9, 1.0, 3.0])
    (node,) = traced([x if name != "exp" else x[1:]])
    found = push([node], [np.ones(node.shape)], one.value(node))
    want = one.slope(node.value)
    assert (abs(found - want) <= LOST * (1 + abs(want))).all()


def slopes_at(function, make, *x):
    nodes = traced([make([one]) for one in x])
    return [push([node], [make([1])], function(*nodes))[0] for node in nodes]


@pytest.mark.parametrize("make", [floats(float), floats(complex), *MAKERS.values()])
def test_slopes_at_kinks_are_those_of_the_convention(make):
    """Zero; of two that are equal, the first counts; where nothing was seen, nothing changes."""
    assert slopes_at(algebra.relu, make, 0) == [0]
    assert slopes_at(algebra.absolute, make, 0) == [0]
    assert slopes_at(algebra.greater, make, 2, 2) == [1, 0]
    assert slopes_at(algebra.over, make, 3, 0) == [0, 0]


@pytest.mark.parametrize("cosine", [1, -1, 1 + 2.0**-52])
def test_slopes_that_are_infinite_are_zero_by_convention(cosine):
    assert slopes_at(algebra.arccos, floats(float), cosine) == [0]
    assert slopes_at(algebra.sqrt, floats(float), 0) == [0]


PLANTED = {
    "a smooth join of two kinks": Row(lambda x: relu(x) + exp(-relu(-x))),
    "a hole that is filled": Row(lambda x: over(x * x, x)),
    "a root that is squared": Row(lambda x: sqrt(x) * sqrt(x), levels=(0, 1)),
}


@pytest.mark.parametrize("row", PLANTED.values(), ids=PLANTED)
def test_a_slope_that_is_no_derivative_is_found(row):
    with pytest.raises(AssertionError, match=r"at \[array\(\[0.\]\)\]: slope"):
        compare(row)


def test_a_kink_is_found_that_no_row_says():
    assert plain(compare(Row(relu))) == [[[0.0]]]
