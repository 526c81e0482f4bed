"""The words rules and forms are written in. Each works on every number system of `numbers.py`.

Rows are tokens; a memory is a matrix (..., K, V); leading axes broadcast. There is no division and
no logarithm in anything that handles decay, so a factor of exactly zero is exact everywhere.
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

import numpy as np

from refmem.numbers import UnsupportedNumberError, system_of


def word(function: Callable[..., Any]) -> Callable[..., Any]:
    """Mark a word that `refmem.derivative` takes whole; on arrays that are not traced, itself."""

    @functools.wraps(function)
    def call(*args: Any, **kwargs: Any) -> Any:
        for x in args:
            if hasattr(x, "__word__"):
                return x.__word__(call, args, kwargs)
        return function(*args, **kwargs)

    return call


# ---- reading and writing a memory


def recall(S: np.ndarray, q: np.ndarray) -> np.ndarray:
    """What memory `S` (..., K, V) answers to a query `q` (..., K): `q @ S`, shape (..., V)."""
    return (q[..., None, :] @ S)[..., 0, :]


def bind(k: np.ndarray, v: np.ndarray) -> np.ndarray:
    """The memory (..., K, V) in which key `k` (..., K) recalls value `v` (..., V)."""
    return k[..., :, None] * v[..., None, :]


def dot(x: np.ndarray, y: np.ndarray) -> np.ndarray:
    """Inner product over the last axis, without conjugation."""
    return (x * y).sum(-1)


def norm2(x: np.ndarray) -> np.ndarray:
    """Squared length over the last axis."""
    return dot(x, x)


@word
def scaled(x: np.ndarray, scale: Any) -> np.ndarray:
    """x * scale, for one number; x itself where that is one."""
    return x if x.dtype != object and np.ndim(scale) == 0 and scale == 1 else x * scale


def transposed(x: np.ndarray) -> np.ndarray:
    """The last two axes exchanged."""
    return x.swapaxes(-1, -2)


# ---- elementwise functions


def _elementwise(function: str, x: np.ndarray) -> np.ndarray:
    if not x.size:
        return x
    return system_of(x).apply(function, x)


@word
def exp(x: np.ndarray) -> np.ndarray:
    """e to the x."""
    return np.exp(x) if x.dtype != object else _elementwise("exp", x)


@word
def log(x: np.ndarray) -> np.ndarray:
    """Natural logarithm."""
    return np.log(x) if x.dtype != object else _elementwise("log", x)


@word
def sqrt(x: np.ndarray) -> np.ndarray:
    """Square root."""
    return np.sqrt(x) if x.dtype != object else _elementwise("sqrt", x)


@word
def cos(x: np.ndarray) -> np.ndarray:
    """Cosine."""
    return np.cos(x) if x.dtype != object else _elementwise("cos", x)


@word
def sin(x: np.ndarray) -> np.ndarray:
    """Sine."""
    return np.sin(x) if x.dtype != object else _elementwise("sin", x)


@word
def arccos(x: np.ndarray) -> np.ndarray:
    """The angle in [0, pi] whose cosine is x; real floats rounded past 1 or -1 count as those."""
    if x.dtype == object:
        return _elementwise("arccos", x)
    return np.arccos(np.clip(x, -1, 1) if x.dtype.kind == "f" else x)


@word
def tanh(x: np.ndarray) -> np.ndarray:
    """Hyperbolic tangent."""
    return np.tanh(x) if x.dtype != object else _elementwise("tanh", x)


@word
def erf(x: np.ndarray) -> np.ndarray:
    """Error function; long doubles have none."""
    if x.dtype == object:
        return _elementwise("erf", x)
    if x.dtype == np.longdouble:
        raise UnsupportedNumberError(
            "erf has numbers of kind longdouble, expected at most float64, because SciPy's erf "
            "would round them to float64"
        )
    from scipy.special import erf as scipy_erf  # here, for importing it takes longer than refmem

    return scipy_erf(x).astype(x.dtype)


def sigmoid(x: np.ndarray) -> np.ndarray:
    """1 / (1 + exp(-x)); floats never exponentiate a positive number."""
    if x.dtype == object:
        return 1 / (1 + exp(-x))
    small = np.exp(np.where(x.real > 0, -x, x))
    return np.where(x.real > 0, 1, small) / (1 + small)


@word
def relu(x: np.ndarray) -> np.ndarray:
    """x where its real part is positive, else zero."""
    if x.dtype == object:
        return _elementwise("relu", x)
    return np.where(x.real > 0, x, x.dtype.type(0))


@word
def nearest(x: np.ndarray) -> np.ndarray:
    """The nearest whole number, halves to even; complex numbers round their real part."""
    if x.dtype == object:
        return _elementwise("round", x)
    return np.rint(x.real).astype(x.dtype)


def greater(x: np.ndarray, y: np.ndarray) -> np.ndarray:
    """The elementwise greater of two arrays; complex numbers compare their real parts.

    Of intervals that overlap, one that encloses both.
    """
    if x.dtype != object:
        return np.where(x.real >= y.real, x, y)
    if "relu" in system_of(x).functions:
        return y + relu(x - y)
    return np.asarray(np.frompyfunc(max, 2, 1)(x, y), dtype=object)


@word
def absolute(x: np.ndarray) -> np.ndarray:
    """x or -x, whichever has the positive real part."""
    if x.dtype == object:
        return _elementwise("abs", x)
    return np.where(x.real < 0, -x, x)


# ---- arrays


def zeros(shape: tuple[int, ...], like: np.ndarray) -> np.ndarray:
    """Zeros in the number system of `like`."""
    out = np.zeros(shape, dtype=like.dtype)
    if like.dtype == object and like.size:
        out.fill(like.flat[0] * 0)  # not out[...] = zero, which takes a series apart
    return out


def ones(shape: tuple[int, ...], like: np.ndarray) -> np.ndarray:
    """Ones in the number system of `like`."""
    out = np.ones(shape, dtype=like.dtype)
    if like.dtype == object and like.size:
        out.fill(like.flat[0] * 0 + 1)
    return out


def with_ones(v: np.ndarray) -> np.ndarray:
    """Values with one more column, of ones: the memory then also holds the sum of its weights.

    >>> with_ones(np.array([[2., 3.]]))
    array([[2., 3., 1.]])
    """
    return np.concatenate([v, ones((*v.shape[:-1], 1), v)], axis=-1)


def join(*parts: np.ndarray) -> np.ndarray:
    """Concatenate along time, the second last axis; leading axes broadcast."""
    lead = np.broadcast_shapes(*(part.shape[:-2] for part in parts))
    return np.concatenate([np.broadcast_to(p, lead + p.shape[-2:]) for p in parts], axis=-2)


def repeat_rows(x: np.ndarray, n: int) -> np.ndarray:
    """Every row n times in a row along time: (..., T, C) to (..., n T, C).

    >>> repeat_rows(np.array([[1.], [2.]]), 2)[:, 0]
    array([1., 1., 2., 2.])
    """
    *lead, T, width = x.shape
    return np.broadcast_to(x[..., None, :], (*lead, T, n, width)).reshape(*lead, n * T, width)


def causal(queries: int, keys: int, strict: bool = False, window: int | None = None) -> np.ndarray:
    """Which of `keys` each of the last `queries` positions may see: itself and the past.

    `strict` leaves out itself; `window` leaves out all but so many positions up to its own. The
    last query is the last key.

    >>> causal(2, 3).astype(int)
    array([[1, 1, 0],
           [1, 1, 1]])
    >>> causal(2, 3, window=2).astype(int)
    array([[1, 1, 0],
           [0, 1, 1]])
    """
    offset = keys - queries
    seen = np.tri(queries, keys, offset - strict, dtype=bool)
    return seen if window is None else seen & ~np.tri(queries, keys, offset - window, dtype=bool)


@word
def causal_product(weights: np.ndarray, values: np.ndarray) -> np.ndarray:
    """`weights @ values` where a position sees itself and the past, as `causal` has it.

    `weights` (..., R, P + R) of the last R positions are zero for later ones. A product has
    0 * NaN = NaN there, so values that are not finite are added by themselves, to the rows that see
    them. These are meant to be few: each takes as long as a row.

    >>> causal_product(np.array([[2., 0.], [3., 4.]]), np.array([[1.], [np.nan]]))[:, 0]
    array([ 2., nan])
    """
    rows, keys = weights.shape[-2:]
    wild = np.zeros(values.shape, bool) if values.dtype == object else ~np.isfinite(values)
    if not wild.any():
        return weights @ values
    zero = values.dtype.type(0)
    product = weights @ np.where(wild, zero, values)
    for j in np.unique(wild.nonzero()[-2]):
        sees = slice(max(0, j - (keys - rows)), None)
        value = np.where(wild, values, zero)[..., j, None, :]
        product[..., sees, :] += weights[..., sees, j, None] * value
    return product


def diagonal(x: np.ndarray) -> np.ndarray:
    """The matrices (..., T, T) that have `x` (..., T) on their diagonal."""
    return np.where(np.eye(x.shape[-1], dtype=bool), x[..., None], zeros((1,), x))


# ---- decay: products of factors over a stretch of tokens


def products_before(decay: np.ndarray) -> np.ndarray:
    """Row t is the product of the rows before t; row 0 is one. `decay` is (..., T, C), T >= 1."""
    first = ones(decay[..., :1, :].shape, decay)
    return np.multiply.accumulate(np.concatenate([first, decay[..., :-1, :]], -2), axis=-2)


def products_after(decay: np.ndarray) -> np.ndarray:
    """Row t is the product of the rows after t; the last is one."""
    return products_before(decay[..., ::-1, :])[..., ::-1, :]


def segment_products(decay: np.ndarray) -> np.ndarray:
    """Entry (i, j) is the product of `decay[m]` over j < m <= i, for j <= i; zero above.

    `decay` (..., T) gives (..., T, T): a running product down each column, which starts below the
    diagonal. Never a quotient of two running products: that fails where a factor is zero.

    >>> segment_products(np.array([0.5, 0.0, 0.25]))
    array([[1.  , 0.  , 0.  ],
           [0.  , 1.  , 0.  ],
           [0.  , 0.25, 1.  ]])
    """
    T = decay.shape[-1]
    below = np.tri(T, T, -1, dtype=bool)
    factors = np.where(below, decay[..., :, None], ones((1,), decay))
    return np.where(causal(T, T), np.multiply.accumulate(factors, axis=-2), zeros((1,), decay))


def sums_after(terms: np.ndarray) -> np.ndarray:
    """Entry j is the sum of the entries after j, (..., T); the last is zero.

    >>> sums_after(np.array([1., 2., 4.]))
    array([6., 4., 0.])
    """
    T = terms.shape[-1]
    later = np.concatenate([terms[..., 1:], zeros((*terms.shape[:-1], 1), terms)], axis=-1)
    return np.add.accumulate(later[..., :T][..., ::-1], axis=-1)[..., ::-1]


def segment_sums(terms: np.ndarray, rows: int) -> np.ndarray:
    """Entry (i, j) is the sum of `terms[m]` over j < m <= i, for the last `rows` positions i.

    `terms` (..., T) gives (..., rows, T); entries with j >= i are zero. Sums are taken afresh for
    every j, never as a difference, so a term of minus infinity is exact.

    >>> segment_sums(np.array([1., 2., 4.]), 2)
    array([[2., 0., 0.],
           [6., 4., 0.]])
    """
    T = terms.shape[-1]
    first = T - rows
    past = np.where(causal(rows, T, strict=True), terms[..., first:, None], zeros((1,), terms))
    if first and rows:
        before = sums_after(terms[..., : first + 1])[..., None, :first]
        top = np.concatenate([before, past[..., :1, first:]], axis=-1)
        past = np.concatenate([top, past[..., 1:, :]], axis=-2)
    return np.add.accumulate(past, axis=-2)


# ---- solving and normalising


@word
def unit_lower_solve(A: np.ndarray, B: np.ndarray) -> np.ndarray:
    """X with (I + A) X = B, for `A` (..., T, T) strictly lower: row t needs only the rows above."""
    T = B.shape[-2]
    if T > 32:
        half = T // 2
        top = unit_lower_solve(A[..., :half, :half], B[..., :half, :])
        below = B[..., half:, :] - A[..., half:, :half] @ top
        return join(top, unit_lower_solve(A[..., half:, half:], below))
    X = B.copy()
    for t in range(1, T):
        X[..., t, :] -= (A[..., t, None, :t] @ X[..., :t, :])[..., 0, :]
    return X


@word
def solve(A: np.ndarray, B: np.ndarray) -> np.ndarray:
    """X with A X = B, for `A` (..., K, K) and `B` (..., K, V); exact where the numbers are.

    A matrix without an inverse raises `np.linalg.LinAlgError`. Half and long doubles, which LAPACK
    does not have, are eliminated like exact numbers.

    >>> solve(np.array([[2., 1.], [0., 4.]]), np.array([[4.], [8.]]))[:, 0]
    array([1., 2.])
    """
    if A.dtype.char in "fdFD":
        return np.linalg.solve(A, B)
    lead = np.broadcast_shapes(A.shape[:-2], B.shape[:-2])
    A, X = np.broadcast_to(A, lead + A.shape[-2:]).copy(), np.broadcast_to(B, lead + B.shape[-2:])
    X = X.copy()
    for index in np.ndindex(lead):
        _eliminate(A[index], X[index])
    return X


def _eliminate(A: np.ndarray, X: np.ndarray) -> None:
    """Gauss-Jordan in place: A becomes the identity, X what it was solved for."""
    for c in range(len(A)):
        pivot = c + pivot_of(A[c:, c])
        A[[c, pivot]], X[[c, pivot]] = A[[pivot, c]], X[[pivot, c]]
        one = A[c, c : c + 1]  # an array: a lone series would be taken apart
        A[c], X[c] = A[c] / one, X[c] / one
        rest = A[:, c].copy()
        rest[c] = rest[c] * 0
        A -= rest[:, None] * A[c]
        X -= rest[:, None] * X[c]


def pivot_of(column: np.ndarray) -> int:
    """Where the entry to divide by is: the largest where there is an order, else any but zero."""
    if column.dtype != object or "middle" in system_of(column).functions:
        sizes = abs(column if column.dtype != object else system_of(column).apply("middle", column))
        best = int(np.argmax(sizes))
        usable = bool(column[best] != 0)
    else:
        found = np.flatnonzero(np.asarray(column != 0, dtype=bool))
        best, usable = (int(found[0]), True) if len(found) else (0, False)
    if not usable:
        raise np.linalg.LinAlgError("Singular matrix")
    return best


def conjugate_gradients(A: np.ndarray, b: np.ndarray, iterations: int) -> np.ndarray:
    """x with A x = b by so many steps of conjugate gradients from 0; `A` symmetric, `b` (..., K).

    K steps are exact but for rounding. A residual of zero stays zero, and so does, of floats, one
    that is less than a rounding of `b`; there is no other eps.
    """
    x, residual = b * 0, b
    direction, size = b, (b * b).sum(-1, keepdims=True)
    for _ in range(iterations):
        image = recall(A, direction)
        length = over(size, (direction * image).sum(-1, keepdims=True))
        x, residual = x + length * direction, residual - length * image
        before, size = size, (residual * residual).sum(-1, keepdims=True)
        if b.dtype != object:
            least = np.finfo(b.dtype).eps ** 2 * abs((b * b).sum(-1, keepdims=True))
            size = np.where(abs(size) > least, size, b.dtype.type(0))
        direction = residual + over(size, before) * direction
    return x


@word
def shift_of(scores: np.ndarray, mask: np.ndarray) -> np.ndarray:
    """A number for each row that keeps `exp(scores - shift)` in range: (..., rows, 1).

    Softmax is the same for every shift, so systems without an order take zero.
    """
    if scores.dtype != object:
        top = np.where(mask, scores.real, -np.inf).max(-1, keepdims=True, initial=-np.inf)
        return np.where(np.isfinite(top), top, 0).astype(scores.dtype)
    system = system_of(scores)
    shift = zeros((*scores.shape[:-1], 1), scores)
    if "middle" in system.functions:
        middles = system.apply("middle", scores)
        for index in np.ndindex(shift.shape[:-1]):
            seen = middles[index][np.broadcast_to(mask, scores.shape)[index]]
            shift[index] = max(seen, default=shift[index][0])
    return shift


def softmax(scores: np.ndarray, mask: np.ndarray) -> np.ndarray:
    """Weights over the last axis, like exp(scores) where `mask`; an empty row is zero."""
    weights = exp_where(mask, scores - shift_of(scores, mask))
    return over(weights, weights.sum(-1, keepdims=True))


def exp_where(mask: np.ndarray, scores: np.ndarray) -> np.ndarray:
    """exp(scores) where `mask`, else zero; what is masked is never exponentiated."""
    zero = zeros((1,), scores)
    return np.where(mask, exp(np.where(mask, scores, zero)), zero)


def over(x: np.ndarray, total: np.ndarray) -> np.ndarray:
    """`x / total`, and zero where the total is exactly zero: nothing was seen."""
    empty = np.asarray(total == 0, dtype=bool)
    return np.where(empty, zeros((1,), x), x / np.where(empty, ones((1,), total), total))


def over_last(x: np.ndarray) -> np.ndarray:
    """The columns but the last, divided by the last; zero where that is zero. See `with_ones`.

    >>> over_last(np.array([[2., 3., 4.], [1., 1., 0.]]))
    array([[0.5 , 0.75],
           [0.  , 0.  ]])
    """
    return over(x[..., :-1], x[..., -1:])
