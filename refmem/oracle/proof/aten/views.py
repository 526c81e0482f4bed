"""torch's operations that move entries: views where torch has views, so that writing works.

Handlers of the table, which says what they get.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np

from refmem.oracle.proof import residues as n
from refmem.oracle.proof.notes import NotAlgebraicError
from refmem.oracle.proof.residues import is_residues, lift

Handler = Callable[..., Any]


def slice_(x: Any, dim: int = 0, start: Any = None, end: Any = None, step: int = 1) -> Any:
    index: list[Any] = [slice(None)] * x.ndim
    index[dim] = slice(start, None if end is None or end > x.shape[dim] else end, step)
    return x[tuple(index)]


def select(x: Any, dim: int, place: int) -> Any:
    index: list[Any] = [slice(None)] * x.ndim
    index[dim] = place
    return x[(*index, ...)]


def expand(x: Any, shape: Any, implicit: bool = False) -> Any:
    new = len(shape) - x.ndim
    sizes = [x.shape[a - new] if size == -1 else size for a, size in enumerate(shape)]
    return np.broadcast_to(x, sizes)


def reshape(x: Any, shape: Any) -> Any:
    return x.reshape([int(size) for size in shape])


def squeeze(x: Any, dims: Any = None) -> Any:
    every = range(x.ndim) if dims is None else np.atleast_1d(dims)
    places = {int(d) % max(x.ndim, 1) for d in every}
    return x.reshape([size for a, size in enumerate(x.shape) if a not in places or size != 1])


def as_strided(x: Any, size: Any, stride: Any, offset: Any = None) -> Any:
    """A view of the memory under x, which is laid out as torch's is."""
    whole = x
    while isinstance(whole.base, np.ndarray) and whole.base.dtype == x.dtype:
        whole = whole.base
    start = _offset(x, whole) if offset is None else int(offset)
    flat = np.lib.stride_tricks.as_strided(whole, (whole.size,), (whole.itemsize,))
    steps = [s * whole.itemsize for s in stride]
    return np.lib.stride_tricks.as_strided(flat[start:], tuple(size), tuple(steps))


def _offset(x: Any, whole: Any) -> int:
    here, start = (y.__array_interface__["data"][0] for y in (x, whole))
    return int(here - start) // int(whole.itemsize)


def strided_empty(x: Any, size: Any, stride: Any, **_: Any) -> Any:
    count = (
        1 + sum((a - 1) * b for a, b in zip(size, stride, strict=True)) if math.prod(size) else 0
    )
    return as_strided(_blank(x, (max(count, 0),)), size, stride, 0)


def _blank(x: Any, shape: Any) -> Any:
    return n.zeros(shape) if is_residues(x) else np.zeros(shape, np.asarray(x).dtype)


def copied(x: Any, **options: Any) -> Any:
    return np.array(x, order="C" if "contiguous_format" in str(options) else "K")


def pad(x: Any, widths: Any, value: Any = 0) -> Any:
    pairs = [(0, 0)] * x.ndim
    for a in range(len(widths) // 2):
        pairs[-1 - a] = tuple(widths[2 * a : 2 * a + 2])
    shape = [size + sum(pair) for size, pair in zip(x.shape, pairs, strict=True)]
    if not is_residues(x):
        x, value = np.asarray(x), np.asarray(value)
    out = _blank(x, [max(size, 0) for size in shape])
    out[...] = lift(value) if is_residues(x) else value
    into = tuple(
        slice(max(a, 0), size - max(b, 0)) for (a, b), size in zip(pairs, shape, strict=True)
    )
    of = tuple(
        slice(max(-a, 0), size - max(-b, 0)) for (a, b), size in zip(pairs, x.shape, strict=True)
    )
    out[into] = x[of]
    return out


def put(where: Callable[..., Any]) -> Handler:
    """The transpose of a view: zeros but for what was viewed."""

    def handler(grad: Any, shape: Any, *place: Any) -> Any:
        out = n.zeros(tuple(shape))
        where(out, *place)[...] = grad
        return out

    return handler


def scattered(where: Callable[..., Any]) -> Handler:
    """A copy with a view of it replaced."""

    def handler(x: Any, part: Any, *place: Any, **named: Any) -> Any:
        out = np.array(lift(x) if is_residues(part) else x)
        where(out, *place, **named)[...] = lift(part) if is_residues(out) else part
        return out

    return handler


def diagonal(x: Any, offset: int = 0, dim1: int = 0, dim2: int = 1) -> Any:
    rows = np.moveaxis(x, (dim1, dim2), (0, 1))
    view = np.lib.stride_tricks.as_strided(
        rows[:, offset:] if offset >= 0 else rows[-offset:],
        (len(range(*_span(rows, offset))), *rows.shape[2:]),
        (rows.strides[0] + rows.strides[1], *rows.strides[2:]),
    )
    return np.moveaxis(view, 0, -1)


def _span(rows: Any, offset: int) -> tuple[int, int]:
    height, width = rows.shape[:2]
    return (0, max(0, min(height, width - offset) if offset >= 0 else min(height + offset, width)))


def diag_embed(x: Any, offset: int = 0, dim1: int = -2, dim2: int = -1) -> Any:
    size = x.shape[-1] + abs(offset)
    out = _blank(x, (*x.shape[:-1], size, size))
    diagonal(out, offset, out.ndim - 2, out.ndim - 1)[...] = x
    return np.moveaxis(out, (-2, -1), (dim1, dim2))


def band(keep: Callable[..., Any]) -> Handler:
    return lambda x, k=0: n.where(keep(np.ones(x.shape[-2:], bool), k), x, lift(0))


def cut(x: Any, size: Any, dim: int = 0) -> list[Any]:
    length = x.shape[dim]
    sizes = [size] * -(-length // size) if isinstance(size, int) else list(size)
    ends = np.cumsum(sizes)
    return [slice_(x, dim, int(e - s), int(e)) for e, s in zip(ends, sizes, strict=True)]


def join(parts: Any, dim: int = 0) -> Any:
    parts = [x for x in parts if x.ndim != 1 or x.size or all(y.ndim == 1 for y in parts)]
    return np.concatenate(alike(parts), dim)


def alike(parts: Any) -> list[Any]:
    return [lift(x) for x in parts] if any(map(is_residues, parts)) else list(parts)


def index(x: Any, places: Any) -> Any:
    return x[_places(x, places)]


def _places(x: Any, places: Any) -> tuple[Any, ...]:
    if any(is_residues(one) for one in places if one is not None):
        raise NotAlgebraicError("an index that depends on numbers")
    return tuple(slice(None) if one is None else np.asarray(one) for one in places)


def index_put(x: Any, places: Any, values: Any, accumulate: bool = False) -> Any:
    out, at = np.array(x), _places(x, places)
    if not accumulate:
        out[at] = lift(values)
        return out
    hits = np.zeros(x.shape, int)
    np.add.at(hits, at, 1)
    if (hits > 1).any():
        flat = np.arange(x.size).reshape(x.shape)[at].ravel()
        for place, value in zip(
            flat, np.broadcast_to(lift(values), np.shape(hits[at])).ravel(), strict=True
        ):
            out.reshape(-1)[place] = n.add(out.reshape(-1)[place], value)
        return out
    out[at] = n.add(out[at], values)
    return out


def gather(x: Any, dim: int, index: Any, sparse_grad: bool = False) -> Any:
    if index.dtype == object:
        raise NotAlgebraicError("an index that depends on numbers")
    rows = tuple(slice(size) for size in index.shape)
    kept = x[tuple(r if a != dim % x.ndim else slice(None) for a, r in enumerate(rows))]
    return np.take_along_axis(kept, index, dim)


def scatter(x: Any, dim: int, index: Any, source: Any) -> Any:
    """Entries put along an axis; where a maximum was is unknown, so each place has a share."""
    if index.dtype == object:
        key = lift(source)["first"]
        shares = [n.free(f"share {place}", key) for place in range(x.shape[dim])]
        return n.add(x, n.multiply(source, np.concatenate(shares, dim)))
    out = np.array(x)
    np.put_along_axis(out, index, np.broadcast_to(lift(source), index.shape), dim)
    return out
