"""What only moves entries is its own derivative; the transpose moves back, and adds up copies."""

from __future__ import annotations

import itertools
import operator
from typing import Any

import numpy as np

from refmem.algebra import zeros
from refmem.derivative.linear_map import Map, Table, summed_to

MAPS = Table()


@MAPS.of(np.reshape, np.squeeze, np.expand_dims, np.copy)
def _reshaped(y: np.ndarray, x: np.ndarray, *_: Any, **__: Any) -> list[Map]:
    return [Map(lambda d: d.reshape(y.shape), lambda g: g.reshape(x.shape))]


@MAPS.of(np.broadcast_to)
def _broadcast(y: np.ndarray, x: np.ndarray, *_: Any, **__: Any) -> list[Map]:
    return [Map(lambda d: np.broadcast_to(d, y.shape), lambda g: summed_to(g, x.shape))]


@MAPS.of(np.swapaxes)
def _swapaxes(y: np.ndarray, x: np.ndarray, one: int, other: int) -> list[Map]:
    return [Map(lambda d: d.swapaxes(one, other), lambda g: g.swapaxes(one, other))]


@MAPS.of(np.moveaxis)
def _moveaxis(y: np.ndarray, x: np.ndarray, start: Any, end: Any) -> list[Map]:
    return [Map(lambda d: np.moveaxis(d, start, end), lambda g: np.moveaxis(g, end, start))]


@MAPS.of(np.roll)
def _roll(y: np.ndarray, x: np.ndarray, places: int, axis: int) -> list[Map]:
    return [Map(lambda d: np.roll(d, places, axis), lambda g: np.roll(g, -places, axis))]


@MAPS.of(operator.getitem)
def _taken(y: np.ndarray, x: np.ndarray, index: Any) -> list[Map]:
    return [Map(lambda d: d[index], lambda g: placed(g, index, x))]


@MAPS.of(np.concatenate)
def _joined(y: np.ndarray, parts: Any, axis: int = 0) -> list[Map]:
    ends = [0, *itertools.accumulate(part.shape[axis] for part in parts)]
    before = (slice(None),) * (axis % y.ndim)
    return [_put(y, (*before, slice(*pair))) for pair in itertools.pairwise(ends)]


@MAPS.of(np.stack)
def _stacked(y: np.ndarray, parts: Any, axis: int = 0) -> list[Map]:
    before = (slice(None),) * (axis % y.ndim)
    return [_put(y, (*before, place)) for place in range(len(parts))]


def _put(y: np.ndarray, index: Any) -> Map:
    """The transpose of taking: a part becomes those entries of y."""
    return Map(lambda d: placed(d, index, y), lambda g: g[index])


def placed(part: np.ndarray, index: Any, like: np.ndarray) -> np.ndarray:
    """Zeros but for a part; an entry that `index` names several times gets the sum."""
    out = zeros(like.shape, like)
    if any(isinstance(place, np.ndarray | list) for place in np.index_exp[index]):
        np.add.at(out, index, part)
    else:
        out[index] = part
    return out
