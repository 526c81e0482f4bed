"""Products and sums over stretches of tokens.

Never a quotient and never a difference of running ones: a factor of zero, or a term of minus
infinity, is exact.
"""

from __future__ import annotations

import numpy as np

from refmem.algebra.arrays import causal, ones, zeros


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
