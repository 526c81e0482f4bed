"""Exponentials of scores, kept in range, and quotients of sums."""

from __future__ import annotations

from typing import Any

import numpy as np

from refmem.algebra.arrays import ones, zeros
from refmem.algebra.elementwise import exp
from refmem.algebra.numbers import system_of
from refmem.algebra.word import word


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
    """`x / total`, and zero where the total is exactly zero: nothing was seen.

    >>> over(np.array(1.), np.array(4.))
    array(0.25)
    """
    empty, lone = np.asarray(total == 0, dtype=bool), not (len(x.shape) or len(total.shape))
    axes = () if lone else (1,)
    return np.where(empty, zeros(axes, x), x / np.where(empty, ones(axes, total), total))


def over_last(x: np.ndarray, eps: Any = 0) -> np.ndarray:
    """The columns but the last, divided by the last plus eps; zero where that is zero. See
    `with_ones`.

    >>> over_last(np.array([[2., 3., 4.], [1., 1., 0.]]))
    array([[0.5 , 0.75],
           [0.  , 0.  ]])
    """
    total = x[..., -1:]
    return over(x[..., :-1], total + eps if eps else total)
