"""Reading and writing a memory: the products that rules are made of."""

from __future__ import annotations

from typing import Any

import numpy as np

from refmem.algebra.word import word


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
