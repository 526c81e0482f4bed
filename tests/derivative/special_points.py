"""Where functions may have a kink: every word of `refmem.algebra`, every one of `refmem.functions`.

A row says of what shapes the arguments are, which numbers they are made of, and at which of these
points there is no derivative. `NO_SLOPE` says of which functions there is nothing to be asked.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import numpy as np

from refmem import algebra
from refmem.algebra import selection, zeros
from refmem.algebra.numbers import intervals
from refmem.functions import features, kernels, layer_norm, random_features
from refmem.functions.activations import ACTIVATIONS

POINTS, DIRECTIONS = 27, 10
"""At most so many of each are tried; the axes are among the directions."""


def never(*_: np.ndarray) -> bool:
    """Smooth everywhere."""
    return False


class Row(NamedTuple):
    """A function and where to look at it.

    shapes   of its arguments
    kink     whether there is no derivative at these arguments, in some direction
    levels   the numbers that arguments are made of
    exact    whether it is asked in fractions; else in intervals
    vectors  instead of levels, the rows that arguments are made of
    """

    function: Callable[..., Any]
    shapes: tuple[tuple[int, ...], ...] = ((1,),)
    kink: Callable[..., bool] = never
    levels: tuple[float, ...] = (-1, 0, 1)
    exact: bool = False
    vectors: tuple[tuple[float, ...], ...] = ()

    def points(self) -> list[list[np.ndarray]]:
        """Arguments: all of them, or a fair choice of as many as are tried."""
        if self.vectors:
            rows = [np.array([row], float) for row in self.vectors]
            return [list(choice) for choice in itertools.product(rows, repeat=len(self.shapes))]
        return self._choices(self.levels, POINTS)

    def directions(self) -> list[list[np.ndarray]]:
        """Along every axis, and along some diagonals."""
        size = sum(int(np.prod(shape)) for shape in self.shapes)
        axes = [self._taken(row) for row in np.eye(size)]
        return axes + self._choices((-1, 1), DIRECTIONS - min(size, DIRECTIONS - 1))

    def _choices(self, levels: Sequence[float], most: int) -> list[list[np.ndarray]]:
        size = sum(int(np.prod(shape)) for shape in self.shapes)
        if len(levels) ** size <= most:
            rows = np.array(list(itertools.product(levels, repeat=size)), float)
        else:
            rows = np.random.default_rng(0).choice(levels, (most, size)).astype(float)
        return [self._taken(row) for row in rows]

    def _taken(self, row: np.ndarray) -> list[np.ndarray]:
        ends = np.cumsum([int(np.prod(shape)) for shape in self.shapes])[:-1]
        parts = np.split(row, ends)
        return [part.reshape(shape) for part, shape in zip(parts, self.shapes, strict=True)]


def at(*values: float) -> Callable[..., bool]:
    """A kink of one number at these."""
    return lambda x: x.item() in values


def where_equal(x: np.ndarray, y: np.ndarray) -> bool:
    return bool((x == y).all())


def one_is_zero(x: np.ndarray) -> bool:
    """Of two factors max(x, 0) one has its kink, and the other does not hide it."""
    return (x == 0).sum() == 1


def some_empty(q: np.ndarray, k: np.ndarray) -> bool:
    return not (q.any() and k.any())


def one_empty(q: np.ndarray, k: np.ndarray) -> bool:
    return q.any() != k.any()


def not_across(q: np.ndarray, k: np.ndarray) -> bool:
    return some_empty(q, k) or bool((q * k).sum())


def matrix(a: Any, b: Any) -> Any:
    """Symmetric and positive, of two small numbers."""
    return np.stack([np.concatenate([a + 3, b]), np.concatenate([b, b * b + 2])])


def below(a: Any) -> Any:
    """A strictly lower matrix of three numbers."""
    rows, columns = np.tril_indices(3, -1)
    entry = np.zeros((3, 3), int)
    entry[rows, columns] = range(3)
    return np.where(np.tri(3, 3, -1, dtype=bool), a[entry], zeros((1,), a))


def projection(x: Any) -> Any:
    """Two directions, in the numbers of x."""
    rows = np.array([[1.0, -2.0], [0.5, 1.0]])
    return intervals(rows) if x.dtype == object else rows.astype(x.dtype)


SEEN = np.array([True, True, False])
SQUARE, PAIR = ((2, 2), (2, 2)), ((1, 2), (1, 2))
AXES = ((0, 0), (1, 0), (-1, 0), (0, 1))

WORDS: dict[str, Row] = {
    "absolute": Row(algebra.absolute, kink=at(0)),
    "arccos": Row(algebra.arccos, kink=at(1, -1)),
    "bind": Row(algebra.bind, ((2,), (2,))),
    "causal_product": Row(lambda w, v: algebra.causal_product(w * np.tri(2), v), SQUARE),
    "conjugate_gradients": Row(
        lambda a, b, y: algebra.conjugate_gradients(matrix(a, b), y, 2),
        ((1,), (1,), (2,)),
        exact=True,
    ),
    "cos": Row(algebra.cos),
    "diagonal": Row(algebra.diagonal, ((2,),)),
    "dot": Row(algebra.dot, ((2,), (2,))),
    "erf": Row(algebra.erf),
    "exp": Row(algebra.exp),
    "exp_where": Row(lambda x: algebra.exp_where(SEEN, x), ((3,),)),
    "greater": Row(algebra.greater, ((1,), (1,)), where_equal),
    "interleave": Row(algebra.interleave, SQUARE),
    "join": Row(algebra.join, SQUARE),
    "largest": Row(
        lambda x: np.where(selection.largest(x, 1), x, zeros((1,), x)).sum(-1),
        ((2,),),
        lambda x: x[0] == x[1],
    ),
    "logsigmoid": Row(algebra.logsigmoid, levels=(-700, -1, 0, 1, 700)),
    "log": Row(algebra.log, levels=(1 / 2, 1)),
    "mean_exp": Row(algebra.mean_exp),
    "nearest": Row(
        algebra.nearest, kink=at(-1 / 2, 1 / 2), levels=(-1, -1 / 2, 0, 1 / 2, 1), exact=True
    ),
    "norm2": Row(algebra.norm2, ((2,),)),
    "over": Row(algebra.over, ((1,), (1,)), lambda x, total: total.item() == 0),
    "over_last": Row(algebra.over_last, ((2,),), lambda x: x[1] == 0),
    "products_after": Row(lambda x: algebra.products_after(x[:, None]), ((3,),)),
    "products_before": Row(lambda x: algebra.products_before(x[:, None]), ((3,),)),
    "recall": Row(algebra.recall, ((2, 2), (2,))),
    "relu": Row(algebra.relu, kink=at(0)),
    "repeat_rows": Row(lambda x: algebra.repeat_rows(x, 2), ((2, 1),)),
    "scaled": Row(algebra.scaled, ((2,), (1,))),
    "segment_products": Row(algebra.segment_products, ((3,),)),
    "segment_sums": Row(lambda x: algebra.segment_sums(x, 2), ((3,),)),
    "sigmoid": Row(algebra.sigmoid, levels=(-700, -1, 0, 1, 700)),
    "sign": Row(lambda x: selection.sign(x, x + 2), kink=at(0)),
    "sin": Row(algebra.sin),
    "softmax": Row(lambda x: algebra.softmax(x, SEEN), ((3,),)),
    "capped": Row(lambda x: algebra.capped(x, 2), levels=(-700, -1, 0, 1, 700)),
    "softplus": Row(algebra.softplus, levels=(-700, -1, 0, 1, 700)),
    "solve": Row(lambda a, b, y: algebra.solve(matrix(a, b), y), ((1,), (1,), (2, 1)), exact=True),
    "sqrt": Row(algebra.sqrt, kink=at(0), levels=(0, 1)),
    "sums_after": Row(algebra.sums_after, ((3,),)),
    "tanh": Row(algebra.tanh),
    "transposed": Row(algebra.transposed, ((2, 2),)),
    "unit_lower_solve": Row(
        lambda a, y: algebra.unit_lower_solve(below(a), y), ((3,), (3, 1)), exact=True
    ),
    "with_ones": Row(algebra.with_ones, ((2,),)),
}

OF_ROWS = {"softmax", "solu"}
ACTIVE: dict[str, Row] = {
    f"{name} activation": Row(one.value, ((2,),) if name in OF_ROWS else ((1,),))
    for name, one in ACTIVATIONS.items()
}
ACTIVE["relu activation"] = ACTIVE["relu activation"]._replace(kink=at(0))

MAPS = (*features.FEATURE_MAPS.values(), features.dpfp(3), features.taylor(2))
FEATURES: dict[str, Row] = (
    {
        f"{phi.name} of {side}s": Row(
            getattr(phi, f"of_{side}"), ((2,),), one_is_zero if "dpfp" in phi.name else never
        )
        for phi in (*MAPS, features.symmetric_power(2))
        for side in ("key", "query")
    }
    | {
        "monomials": Row(lambda x: features.monomials(x, 2), ((2,),)),
    }
    | {
        make.__name__: Row(lambda x, make=make: make(projection(x)).of_query(x), ((2,),))
        for make in (random_features.positive_random, random_features.random_fourier)
    }
)

SCORED: dict[str, Row] = {
    f"{one.name} kernel": Row(
        lambda x, one=one: one.weights(x, SEEN),
        ((3,),),
        lambda x, one=one: one.name == "relu" and not x[SEEN].all(),
    )
    for one in (*kernels.KERNELS.values(), kernels.polynomial(0), kernels.polynomial(2))
    if one.name != "round"
} | {
    "taylor kernel": Row(kernels.taylor(3).weight),
    "step_overlap": Row(kernels.step_overlap, kink=at(1, -1)),
    "ramp_overlap": Row(kernels.ramp_overlap),
    "cosine of vectors": Row(kernels.cosine.pairwise, PAIR, some_empty, vectors=AXES),
    "arc_cosine 0": Row(kernels.arc_cosine(0).pairwise, PAIR, not_across, vectors=AXES),
    "arc_cosine 1": Row(kernels.arc_cosine(1).pairwise, PAIR, one_empty, vectors=AXES),
    "stick_breaking": Row(
        lambda x: kernels.sigmoid_kernel._replace(breaking=True).weights(x, SEEN), ((3,),)
    ),
}

QUARTER = 0.25
NORMS: dict[str, Row] = {
    "mean": Row(layer_norm.mean, ((2,),)),
    "normalized": Row(lambda z: layer_norm.normalized(z, QUARTER)[0], ((2,),)),
    "layer_norm": Row(lambda *x: layer_norm.layer_norm(*x, QUARTER), ((2,),) * 3),
    "layer_norm_pullback": Row(lambda *x: layer_norm.layer_norm_pullback(*x, QUARTER), ((2,),) * 3),
}

ROWS = WORDS | ACTIVE | FEATURES | SCORED | NORMS

NO_SLOPE = {
    "causal": "makes masks of sizes",
    "ones": "makes an array of a shape",
    "zeros": "makes an array of a shape",
    "pivot_of": "says where, not what",
    "shift_of": "is any number: what it shifts does not depend on it",
    "find_activation": "finds by name",
    "find_features": "finds by name",
    "find_kernel": "finds by name",
    "gaussian_projection": "draws numbers",
    "head_slopes": "is a list of plain numbers",
    "lightning_slopes": "is a list of plain numbers",
    "linear_slopes": "is a list of plain numbers",
}
"""Function -> why there is no slope to ask for."""
