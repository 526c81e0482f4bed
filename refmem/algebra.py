"""The words rules and forms are written in. Each works on every number system of `numbers.py`.

Rows are tokens; a memory is a matrix (..., K, V); leading axes broadcast. There is no division and
no logarithm in anything that handles decay, so a factor of exactly zero is exact everywhere.
"""

from __future__ import annotations

import numpy as np

from refmem.numbers import system_of

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


def transposed(x: np.ndarray) -> np.ndarray:
    """The last two axes exchanged."""
    return x.swapaxes(-1, -2)


# ---- elementwise functions


def _elementwise(function: str, x: np.ndarray) -> np.ndarray:
    return system_of(x).apply(function, x)


def exp(x: np.ndarray) -> np.ndarray:
    """e to the x."""
    return np.exp(x) if x.dtype != object else _elementwise("exp", x)


def log(x: np.ndarray) -> np.ndarray:
    """Natural logarithm."""
    return np.log(x) if x.dtype != object else _elementwise("log", x)


def sqrt(x: np.ndarray) -> np.ndarray:
    """Square root."""
    return np.sqrt(x) if x.dtype != object else _elementwise("sqrt", x)


def relu(x: np.ndarray) -> np.ndarray:
    """x where its real part is positive, else zero."""
    if x.dtype == object:
        return _elementwise("relu", x)
    return np.where(x.real > 0, x, x.dtype.type(0))


def nearest(x: np.ndarray) -> np.ndarray:
    """The nearest whole number, halves to even; complex numbers round their real part."""
    if x.dtype == object:
        return _elementwise("round", x)
    return np.rint(x.real).astype(x.dtype)


def greater(x: np.ndarray, y: np.ndarray) -> np.ndarray:
    """The elementwise greater of two arrays; complex numbers compare their real parts."""
    if x.dtype == object:
        return np.asarray(np.frompyfunc(max, 2, 1)(x, y), dtype=object)
    return np.where(x.real >= y.real, x, y)


# ---- arrays


def zeros(shape: tuple[int, ...], like: np.ndarray) -> np.ndarray:
    """Zeros in the number system of `like`."""
    out = np.zeros(shape, dtype=like.dtype)
    if like.dtype == object and like.size:
        out[...] = like.flat[0] * 0 if not _is_series(like) else 0
    return out


def ones(shape: tuple[int, ...], like: np.ndarray) -> np.ndarray:
    """Ones in the number system of `like`."""
    return zeros(shape, like) + 1 if like.dtype == object else np.ones(shape, dtype=like.dtype)


def _is_series(x: np.ndarray) -> bool:
    return system_of(x).name.endswith("_series")


def join(*parts: np.ndarray) -> np.ndarray:
    """Concatenate along time, the second last axis; leading axes broadcast."""
    lead = np.broadcast_shapes(*(part.shape[:-2] for part in parts))
    return np.concatenate([np.broadcast_to(p, lead + p.shape[-2:]) for p in parts], axis=-2)


def causal(queries: int, keys: int, strict: bool = False) -> np.ndarray:
    """Which of `keys` each of the last `queries` positions may see: itself and the past.

    `strict` leaves out itself. The last query is the last key.

    >>> causal(2, 3).astype(int)
    array([[1, 1, 0],
           [1, 1, 1]])
    """
    return np.tri(queries, keys, keys - queries - strict, dtype=bool)


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
        past[..., 0, :first] = sums_after(terms[..., : first + 1])[..., :first]
    return np.add.accumulate(past, axis=-2)


# ---- solving and normalising


def unit_lower_solve(A: np.ndarray, B: np.ndarray) -> np.ndarray:
    """X with (I + A) X = B, for `A` (..., T, T) strictly lower: row t needs only the rows above."""
    X = B.copy()
    for t in range(1, B.shape[-2]):
        X[..., t, :] -= (A[..., t, None, :t] @ X[..., :t, :])[..., 0, :]
    return X


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
