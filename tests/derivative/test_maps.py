"""Law: of every word's maps, pull is the transpose of push, and push is the derivative.

Exact: words of + - * / on rationals and their series, the others on intervals and theirs.
"""

import operator

import flint
import numpy as np
import pytest

from refmem import algebra
from refmem.algebra import numbers
from refmem.algebra.solving import all_gradients
from refmem.derivative.tape import MAPS, apply, pull, push, traced
from refmem.functions.kernels import ramp_overlap
from refmem.laws.gradients.along import inner, terms

WHOLE = np.arange(1, 7).reshape(2, 3)
SQUARE = np.array([[3, 1], [1, 2]])
LOWER = np.array([[0, 0], [3, 0]])

EXAMPLES = {
    np.positive: (WHOLE,),
    np.negative: (WHOLE,),
    np.square: (WHOLE,),
    np.reciprocal: (WHOLE,),
    np.power: (WHOLE, 3),
    np.add: (WHOLE, WHOLE[:1]),
    np.subtract: (WHOLE, WHOLE[0]),
    np.multiply: (WHOLE[:, :1], WHOLE),
    np.divide: (WHOLE[0], WHOLE),
    np.matmul: (WHOLE, WHOLE.T),
    np.sum: (WHOLE, 0),
    np.where: (WHOLE > 2, WHOLE, WHOLE[:1]),
    np.add.accumulate: (WHOLE, 1),
    np.multiply.accumulate: (WHOLE, 1),
    np.reshape: (WHOLE, (3, 2)),
    np.squeeze: (WHOLE[:1],),
    np.expand_dims: (WHOLE, 1),
    np.copy: (WHOLE,),
    np.broadcast_to: (WHOLE[:1], (4, 3)),
    np.swapaxes: (WHOLE, 0, 1),
    np.moveaxis: (WHOLE, 0, 1),
    np.roll: (WHOLE, 1, 1),
    operator.getitem: (WHOLE, (slice(None), np.array([0, 2, 0]))),
    np.concatenate: ([WHOLE, WHOLE[:, :1]], 1),
    np.stack: ([WHOLE, WHOLE], 1),
    algebra.solve: (SQUARE, SQUARE[:, :1]),
    algebra.unit_lower_solve: (LOWER, SQUARE),
    all_gradients: (SQUARE, SQUARE[0], 2),
    algebra.causal_product: (WHOLE * np.tri(2, 3, 1, dtype=int), WHOLE.T),
    algebra.scaled: (WHOLE, WHOLE[0, 0]),
    algebra.relu: (WHOLE - 3,),
    algebra.absolute: (WHOLE - 8,),
    algebra.exp: (WHOLE,),
    algebra.log: (WHOLE,),
    algebra.sqrt: (WHOLE,),
    algebra.cos: (WHOLE,),
    algebra.sin: (WHOLE,),
    algebra.arccos: (WHOLE / 8,),
    algebra.tanh: (WHOLE,),
    algebra.erf: (WHOLE,),
    ramp_overlap: (WHOLE / 8,),
    algebra.softplus: (WHOLE - 3,),
    algebra.mean_exp: (WHOLE - 3,),
}

BY_INTERVALS = {algebra.exp, algebra.log, algebra.sqrt, algebra.cos, algebra.sin}
BY_INTERVALS |= {algebra.arccos, algebra.tanh, algebra.erf, algebra.softplus, ramp_overlap}
BY_INTERVALS |= {algebra.mean_exp}
OF_FLOATS = {np.exp: algebra.exp, np.log: algebra.log, np.sqrt: algebra.sqrt}
"""NumPy's own, which are the same maps."""


def test_every_word_has_an_example():
    assert EXAMPLES.keys() | OF_FLOATS.keys() == MAPS.keys()


@pytest.mark.parametrize("word", EXAMPLES, ids=lambda word: word.__name__)
def test_push_is_the_derivative_and_pull_its_transpose(word):
    make, series = numbers.rationals, flint.fmpq_series
    if word in BY_INTERVALS:
        make, series = numbers.intervals, flint.arb_series
    args = EXAMPLES[word]
    places = [n for n, x in enumerate(args) if _moves(x)]
    x = [_each(make, args[n]) for n in places]
    dx = [_each(lambda a: make((a * a + 1) % 7), args[n]) for n in places]
    nodes = traced(x)
    y = apply(word, _filled(args, places, nodes), {})
    dy = push(nodes, dx, y)
    with terms(2):
        line = [_line(series, start, change) for start, change in zip(x, dx, strict=True)]
        moved = word(*_filled(args, places, line))
    for index in np.ndindex(dy.shape):
        assert _same((moved[index] + series([0, 0]))[1], dy[index])
    g = make(np.arange(2, 2 + dy.size).reshape(dy.shape))
    assert _same(inner(g, dy), inner(pull(y, g, nodes), dx))


def _moves(x):
    return isinstance(x, list) or (isinstance(x, np.ndarray) and x.dtype != bool)


def _each(function, x):
    return [function(part) for part in x] if isinstance(x, list) else function(x)


def _filled(args, places, parts):
    filled = list(args)
    for place, part in zip(places, parts, strict=True):
        filled[place] = part
    return tuple(filled)


def _line(series, start, change):
    if isinstance(start, list):
        return [_line(series, *pair) for pair in zip(start, change, strict=True)]
    out = np.empty(start.shape, dtype=object)
    for index in np.ndindex(out.shape):
        out[index] = series([start[index], change[index]])
    return out


def _same(one, other):
    return one.overlaps(other) if isinstance(one, flint.arb) else one == other
