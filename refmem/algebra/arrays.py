"""Making, joining and masking arrays of any numbers."""

from __future__ import annotations

import numpy as np

from refmem.algebra.word import word


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


def interleave(first: np.ndarray, second: np.ndarray) -> np.ndarray:
    """The rows of two arrays in turn along time: (..., T, C) each, to (..., 2 T, C).

    >>> interleave(np.array([[1.], [2.]]), np.array([[5.], [6.]]))[:, 0]
    array([1., 5., 2., 6.])
    """
    *lead, T, width = first.shape
    return np.stack([first, second], axis=-2).reshape(*lead, 2 * T, width)


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
