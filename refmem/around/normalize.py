"""Vectors of length one, with the small number that implementations put in different places."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from refmem.algebra import greater, over, sqrt, zeros
from refmem.grammar.binding import as_array
from refmem.support.wording import nearest_name

LENGTHS: dict[str, Callable[[np.ndarray, int, Any], np.ndarray]] = {
    "sum": lambda square, width, eps: sqrt(square + eps),
    "mean": lambda square, width, eps: sqrt(square + eps * width),
    "length": lambda square, width, eps: sqrt(square) + eps,
    "floor": lambda square, width, eps: greater(sqrt(square), zeros((1,), square) + eps),
}
"""Where eps is put -> the length that (sum of squares, number of channels, eps) is taken to be."""


def l2_normalize(x: Any, eps: float = 1e-6, where: str = "sum") -> np.ndarray:
    """`x` (..., K) over its length, that is over

        where="sum"      sqrt(sum x^2 + eps)                  flash-linear-attention, transformers
        where="mean"     sqrt(K) sqrt(mean x^2 + eps)         mlx-lm: an RMS norm over sqrt(K)
        where="length"   sqrt(sum x^2) + eps
        where="floor"    max(sqrt(sum x^2), eps)              ONNX's tests, torch's normalize

    For long vectors these agree; of one shorter than sqrt(eps) they are far apart. With eps = 0 all
    are exact, and a zero vector stays zero.

    >>> l2_normalize(np.array([3., 4.]), eps=0)
    array([0.6, 0.8])
    >>> np.concatenate([l2_normalize(np.array([1e-3]), 1e-6, where) for where in LENGTHS]).round(3)
    array([0.707, 0.707, 0.999, 1.   ])

    Raises ValueError for an unknown `where` and a negative eps, TypeError for whole numbers.
    """
    if where not in LENGTHS:
        raise ValueError(
            f"l2_normalize: where has value {where!r}, expected one of {', '.join(LENGTHS)}, "
            f"because eps is put in one of these places{nearest_name(str(where), LENGTHS)}"
        )
    if eps < 0:
        raise ValueError(
            f"l2_normalize: eps has value {eps!r}, expected at least 0, because it keeps a length "
            "away from zero"
        )
    array, system = as_array("l2_normalize", "x", x)
    small = array.dtype.type(eps) if system.floating else eps
    square = (array * array).sum(-1, keepdims=True)
    length = LENGTHS[where](square, array.shape[-1], small)
    return over(array, length)
