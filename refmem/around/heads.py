"""Heads that share keys: two ways to say which query head uses which."""

from __future__ import annotations

from typing import Any

import numpy as np

from refmem.memory.grouped_heads import HEAD_MAPS


def repeat_heads(x: Any, n: int, map: str = "repeat", *, axis: int = -3) -> np.ndarray:
    """Every head n times: (..., H, T, K) -> (..., H n, T, K).

        map="repeat"   0 0 0 1 1 1    head h reads head h // n: PyTorch models, flash kernels
        map="tile"     0 1 0 1 0 1    head h reads head h % H: ggml's layout of the same models

    `axis` is the heads' own: -3 for q, k and v, -2 for gates (..., H, T), -1 for a number per head.

    >>> repeat_heads(np.array([1., 2.]), 3, axis=-1)
    array([1., 1., 1., 2., 2., 2.])
    >>> repeat_heads(np.array([1., 2.]), 3, "tile", axis=-1)
    array([1., 2., 1., 2., 1., 2.])

    Raises ValueError for an unknown map, fewer than one copy, or an array without that axis.
    """
    array = np.asarray(x)
    if map not in HEAD_MAPS:
        raise ValueError(
            f"repeat_heads: map has value {map!r}, expected {' or '.join(HEAD_MAPS)}, because both "
            "are in use"
        )
    if not isinstance(n, int | np.integer) or isinstance(n, bool) or n < 1:
        raise ValueError(
            f"repeat_heads: n has value {n!r}, expected a whole number of at least 1, because it "
            "counts copies"
        )
    if not -array.ndim <= axis < array.ndim:
        raise ValueError(
            f"repeat_heads: x has shape {array.shape}, expected heads on axis {axis}, because "
            "these are what is repeated"
        )
    if map == "repeat":
        return np.repeat(array, n, axis=axis)
    return np.concatenate([array] * n, axis=axis)
