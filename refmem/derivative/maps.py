"""The derivative of every word: for each argument a linear map and its transpose.

Elementwise functions have a factor by each argument, as in d(x y) = y dx + x dy. Everything else is
linear in each argument, one line for one argument; what only moves entries is in `moves.py`.

Kinks: relu, absolute and sqrt have slope 0 at 0, and arccos at 1 and -1; of two equal numbers the
`greater` is the first. Where nothing was seen, `over` is constant. Rounding and the shifts that
keep exponentials in range are constant (softmax is the same for every shift).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from refmem import algebra
from refmem.algebra import (
    arccos,
    causal,
    cos,
    exp,
    ones,
    over,
    scaled,
    sin,
    solve,
    sqrt,
    transposed,
    zeros,
)  # fmt: skip
from refmem.algebra import unit_lower_solve as solve_below
from refmem.algebra.elementwise import as_cosine
from refmem.algebra.mean_exp import mean_exp_slope
from refmem.algebra.numbers import system_of
from refmem.algebra.solving import all_gradients
from refmem.derivative.linear_map import Map, Table, summed_to
from refmem.functions import kernels

CONSTANT = {
    *(algebra.nearest, algebra.shift_of, np.isnan, np.isfinite, np.sign),
    *(np.equal, np.not_equal, np.less, np.less_equal, np.greater, np.greater_equal),
}
"""Functions whose results are facts about the values, such as comparisons: no derivative."""


# ---- elementwise: a factor by each argument


def diagonal(scaled: Callable[[Any], Any], y: np.ndarray, x: Any) -> Map:
    """What acts on every entry by itself is its own transpose, but for broadcasting x to y."""
    return Map(
        lambda d: np.broadcast_to(scaled(d), y.shape), lambda g: summed_to(scaled(g), np.shape(x))
    )


def elementwise(*factors: Callable[..., Any]) -> Callable[..., list[Map | None]]:
    """Of y = f(x, ...), `factors` (y, x, ...) -> dy/dx, one for each argument."""

    def maker(y: np.ndarray, *args: Any) -> list[Map | None]:
        def by(factor: Callable[..., Any], x: Any) -> Map:
            return diagonal(lambda d: d * factor(y, *args), y, x)

        return [by(factor, x) for factor, x in zip(factors, args, strict=False)]

    return maker


def above_zero(x: np.ndarray) -> np.ndarray:
    """1 where x is positive, else 0: the slope of relu."""
    return system_of(x).apply("positive", x) if x.dtype == object else x.real > 0


def side_of_zero(x: np.ndarray) -> np.ndarray:
    """1 where x is positive, -1 where it is negative, 0 at 0: the slope of absolute."""
    return above_zero(x) - above_zero(-x) if x.dtype == object else np.sign(x.real)


def sine_of(cosine: np.ndarray) -> np.ndarray:
    """The sine of the angle in [0, pi] with that cosine."""
    x = as_cosine(cosine)
    return sqrt(1 - x * x)


def two_over_root_pi(x: np.ndarray) -> np.ndarray:
    """2 / sqrt(pi) in the numbers of x."""
    return 2 / sqrt(arccos(-ones((1,), x)))


MAPS = Table(
    {
        np.positive: elementwise(lambda y, x: 1),
        np.negative: elementwise(lambda y, x: -1),
        np.add: elementwise(lambda y, a, b: 1, lambda y, a, b: 1),
        np.subtract: elementwise(lambda y, a, b: 1, lambda y, a, b: -1),
        np.square: elementwise(lambda y, x: 2 * x),
        np.reciprocal: elementwise(lambda y, x: -y * y),
        # a whole power n, so that 0 ** n has a slope; a power that is an array has none
        np.power: elementwise(lambda y, x, n: n * x ** (n - 1 if n else 0)),
        algebra.exp: elementwise(lambda y, x: y),
        algebra.log: elementwise(lambda y, x: 1 / x),
        algebra.sqrt: elementwise(lambda y, x: over(ones((1,), y), 2 * y)),
        algebra.cos: elementwise(lambda y, x: -sin(x)),
        algebra.sin: elementwise(lambda y, x: cos(x)),
        algebra.arccos: elementwise(lambda y, x: -over(ones((1,), y), sine_of(x))),
        algebra.tanh: elementwise(lambda y, x: 1 - y * y),
        algebra.erf: elementwise(lambda y, x: two_over_root_pi(x) * exp(-x * x)),
        algebra.mean_exp: elementwise(lambda y, x: mean_exp_slope(x)),
        algebra.softplus: elementwise(lambda y, x: algebra.sigmoid(x)),
        algebra.relu: elementwise(lambda y, x: above_zero(x)),
        algebra.absolute: elementwise(lambda y, x: side_of_zero(x)),
        kernels.ramp_overlap: elementwise(lambda y, x: kernels.step_overlap(x)),
    }
)
MAPS |= {np.exp: MAPS[algebra.exp], np.log: MAPS[algebra.log], np.sqrt: MAPS[algebra.sqrt]}


@MAPS.of(np.multiply, algebra.scaled)
def _times(y: np.ndarray, a: Any, b: Any) -> list[Map]:
    def by(x: Any, other: Any) -> Map:
        return Map(
            lambda d: np.broadcast_to(d * other, y.shape),
            lambda g: summed_product(g, other, np.shape(x)),
        )

    return [by(a, b), by(b, a)]


def summed_product(g: np.ndarray, factor: Any, shape: tuple[int, ...]) -> np.ndarray:
    """`summed_to(g * factor, shape)`, without the product in memory where only its sums count."""
    if np.ndim(factor) == 0:
        return summed_to(scaled(g, factor), shape)
    rows = (*g.shape[:-1], 1)
    if g.dtype != object and g.shape == np.shape(factor) and shape in (rows, ()):
        return summed_to(np.einsum("...i,...i->...", g, factor)[..., None], shape)
    return summed_to(g * factor, shape)


@MAPS.of(np.divide)
def _over(y: np.ndarray, a: Any, b: Any) -> list[Map]:
    """The slope 1/b is not formed: b may be whole numbers beside exact ones."""
    return [diagonal(lambda d: d / b, y, a), diagonal(lambda d: -d * y / b, y, b)]


@MAPS.of(np.where)
def _where(y: np.ndarray, mask: np.ndarray, a: Any, b: Any) -> list[Map | None]:
    def chosen(d: np.ndarray) -> np.ndarray:
        return np.where(mask, d, zeros((1,), d))

    def other(d: np.ndarray) -> np.ndarray:
        return np.where(mask, zeros((1,), d), d)

    return [None, diagonal(chosen, y, a), diagonal(other, y, b)]


# ---- linear in each argument


@MAPS.of(np.matmul, algebra.causal_product)
def _matmul(y: np.ndarray, a: np.ndarray, b: np.ndarray) -> list[Map]:
    return [
        Map(lambda d: d @ b, lambda g: summed_to(g @ transposed(b), a.shape)),
        Map(lambda d: a @ d, lambda g: summed_to(transposed(a) @ g, b.shape)),
    ]


@MAPS.of(np.sum)
def _sum(y: np.ndarray, x: np.ndarray, axis: Any = None, keepdims: bool = False) -> list[Map]:
    axes = range(x.ndim) if axis is None else np.atleast_1d(axis) % max(x.ndim, 1)
    kept = tuple(1 if place in axes else n for place, n in enumerate(x.shape))
    return [
        Map(
            lambda d: np.sum(d, axis=axis, keepdims=keepdims),
            lambda g: np.broadcast_to(g.reshape(kept), x.shape),
        )
    ]


@MAPS.of(algebra.solve)
def _solve(X: np.ndarray, A: np.ndarray, B: np.ndarray) -> list[Map]:
    """A dX = dB - dA X."""

    def solve_transposed(g: np.ndarray) -> np.ndarray:
        return solve(transposed(A), g)

    return [
        Map(
            lambda d: -solve(A, d @ X),
            lambda g: summed_to(-solve_transposed(g) @ transposed(X), A.shape),
        ),
        Map(lambda d: solve(A, d), lambda g: summed_to(solve_transposed(g), B.shape)),
    ]


@MAPS.of(all_gradients)
def _all_gradients(x: np.ndarray, A: np.ndarray, b: np.ndarray, iterations: int) -> list[Map]:
    """`solve` for a single column."""
    column = x[..., None]
    by_matrix, by_column = _solve(column, A, b[..., None])
    return [
        Map(lambda d: by_matrix.push(d)[..., 0], lambda g: by_matrix.pull(g[..., None])),
        Map(
            lambda d: by_column.push(d[..., None])[..., 0],
            lambda g: by_column.pull(g[..., None])[..., 0],
        ),
    ]


@MAPS.of(algebra.unit_lower_solve)
def _unit_lower_solve(X: np.ndarray, A: np.ndarray, B: np.ndarray) -> list[Map]:
    """(I + A) dX = dB - dA X; the transpose of solving downwards is solving upwards."""

    def below(A: np.ndarray) -> np.ndarray:
        return np.where(causal(A.shape[-1], A.shape[-1], strict=True), A, zeros((1,), A))

    def solve_above(g: np.ndarray) -> np.ndarray:
        return solve_below(transposed(A)[..., ::-1, ::-1], g[..., ::-1, :])[..., ::-1, :]

    return [
        Map(
            lambda d: -solve_below(A, below(d) @ X),
            lambda g: summed_to(-below(solve_above(g) @ transposed(X)), A.shape),
        ),
        Map(lambda d: solve_below(A, d), lambda g: summed_to(solve_above(g), B.shape)),
    ]


@MAPS.of(np.add.accumulate)
def _running_sum(y: np.ndarray, x: np.ndarray, axis: int = 0) -> list[Map]:
    return [
        Map(
            lambda d: np.add.accumulate(d, axis=axis),
            lambda g: np.flip(np.add.accumulate(np.flip(g, axis), axis=axis), axis),
        )
    ]


@MAPS.of(np.multiply.accumulate)
def _running_product(y: np.ndarray, x: np.ndarray, axis: int = 0) -> list[Map]:
    """dy[t] = x[t] dy[t-1] + y[t-1] dx[t]: never a quotient y/x, so a factor of zero is exact."""
    x, y = np.moveaxis(x, axis, 0), np.moveaxis(y, axis, 0)
    before, later = (np.concatenate(p) for p in ((ones_like(y[:1]), y[:-1]), (x[1:], x[:1])))

    def pull(g: np.ndarray) -> np.ndarray:
        reached = decayed_sums(later[::-1], np.moveaxis(g, axis, 0)[::-1])[::-1]
        return np.moveaxis(before * reached, 0, axis)

    return [
        Map(lambda d: np.moveaxis(decayed_sums(x, before * np.moveaxis(d, axis, 0)), 0, axis), pull)
    ]


def ones_like(x: np.ndarray) -> np.ndarray:
    """Ones of the shape and numbers of x."""
    return ones(x.shape, x)


def decayed_sums(factors: np.ndarray, terms: np.ndarray) -> np.ndarray:
    """r[t] = factors[t] r[t-1] + terms[t] along the first axis."""
    out = zeros(terms.shape, terms)
    total = terms[:1] * 0
    for t in range(len(terms)):
        total = factors[t : t + 1] * total + terms[t : t + 1]
        out[t : t + 1] = total
    return out
