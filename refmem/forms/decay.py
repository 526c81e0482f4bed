"""What decay does between a write and a read: products of factors over the tokens between.

Never a quotient of running products and never a logarithm, so a factor of exactly zero is exact.
Queries here are asked of S[t-1], the memory before token t forgets and writes.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from refmem.algebra import causal, ones, products_after, products_before, transposed, zeros

Factors = np.ndarray | None
"""Of T >= 1 tokens: (..., T, 1) per head, (..., T, K) per key channel, None for all ones."""


def from_start(x: np.ndarray, factors: Factors) -> np.ndarray:
    """Queries (..., T, K) that, asked of the state before the first token, see it at their time."""
    return x if factors is None else x * products_before(factors)


def to_end(y: np.ndarray, factors: Factors) -> np.ndarray:
    """What is left of each token's write key when the last token has passed."""
    return y if factors is None else y * products_after(factors)


def whole(S: np.ndarray, factors: Factors) -> np.ndarray:
    """What is left of the state before the first token when the last has passed."""
    return S if factors is None else S * np.multiply.reduce(factors, axis=-2)[..., None]


def scores(x: np.ndarray, y: np.ndarray, factors: Factors) -> np.ndarray:
    """What query i of `x` sees of what token j < i wrote with `y`: strictly lower (..., T, T),

    sum over c of x[i, c] * (product of factors[m, c] over j < m < i) * y[j, c]
    """
    T = x.shape[-2]
    if factors is None:
        return np.where(causal(T, T, strict=True), x @ transposed(y), zeros((1,), x))
    size = 1 << (T - 1).bit_length()
    x, y = padded(x, size, 0), padded(y, size, 0)
    lead = np.broadcast_shapes(*(part.shape[:-2] for part in (x, y, factors)))
    lower = zeros((*lead, size, size), x)
    for half, before, after in halvings(factors, size):
        right = split(x, half)[..., 1, :, :] * before
        left = split(y, half)[..., 0, :, :] * after
        n = np.arange(size // (2 * half))
        tiles(lower, half)[..., n, 1, :, n, 0, :] = np.moveaxis(right @ transposed(left), -3, 0)
    return lower[..., :T, :T]


def mixed(weights: np.ndarray, v: np.ndarray, factors: np.ndarray) -> np.ndarray:
    """Weighted values that decay per value channel: (..., T, V) with

    sum over j < i of weights[i, j] * (product of factors[m, c] over j < m < i) * v[j, c]
    """
    T = v.shape[-2]
    size = 1 << (T - 1).bit_length()
    out = zeros((*v.shape[:-2], size, v.shape[-1]), v)
    weights = transposed(padded(transposed(padded(weights, size, 0)), size, 0))
    v = padded(v, size, 0)
    for half, before, after in halvings(factors, size):
        left = split(v, half)[..., 0, :, :] * after
        n = np.arange(size // (2 * half))
        seen = np.moveaxis(tiles(weights, half)[..., n, 1, :, n, 0, :], 0, -3)
        split(out, half)[..., 1, :, :] += before * (seen @ left)
    return out[..., :T, :]


def halvings(factors: np.ndarray, size: int) -> Iterator[tuple[int, np.ndarray, np.ndarray]]:
    """Pair neighbouring blocks of 1, 2, 4, ... tokens, up to `size`: for every round, the length of
    a block, the factors' products in the right ones from the cut, in the left ones to the cut.

    A product over tokens on both sides of a cut splits there, so everything that crosses it is one
    matrix product: neither T^2 K memory nor a division. Products are (..., pairs, length, C).
    """
    block = padded(factors, size, 1)
    before = after = ones((*block.shape[:-1], 1, block.shape[-1]), block)
    length = 1
    while length < size:
        left, right = block[..., 0::2, None, :], block[..., 1::2, None, :]
        from_cut, to_cut = before[..., 1::2, :, :], after[..., 0::2, :, :]
        yield length, from_cut, to_cut
        before = np.concatenate([before[..., 0::2, :, :], left * from_cut], axis=-2)
        after = np.concatenate([to_cut * right, after[..., 1::2, :, :]], axis=-2)
        block = (left * right)[..., 0, :]
        length *= 2


def split(x: np.ndarray, half: int) -> np.ndarray:
    """`x` (..., T, C) as pairs of halves: (..., T / (2 half), 2, half, C)."""
    *lead, T, C = x.shape
    return x.reshape(*lead, T // (2 * half), 2, half, C)


def tiles(x: np.ndarray, half: int) -> np.ndarray:
    """A matrix (..., T, T) by the pairs of halves of its rows and of its columns."""
    *lead, T, _ = x.shape
    return x.reshape(*lead, T // (2 * half), 2, half, T // (2 * half), 2, half)


def padded(x: np.ndarray, size: int, fill: int) -> np.ndarray:
    """`x` (..., T, C) with rows of `fill` appended up to `size` rows."""
    if x.shape[-2] == size:
        return x
    missing = (*x.shape[:-2], size - x.shape[-2], x.shape[-1])
    return np.concatenate([x, (ones if fill else zeros)(missing, x)], axis=-2)
