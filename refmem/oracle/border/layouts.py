"""Where the axes of an array are: refmem's grammar, and the layouts of other people.

    grammar   (batch, heads ..., T, C)     refmem's own: heads that share are an axis of length one
    bhtd      (batch, heads, T, C)
    bthd      (batch, T, heads, C)
    packed    (batch, T, heads * C)
    varlen    (1, tokens of all sequences, heads, C), and where each sequence starts
    ragged    (tokens of all sequences, heads, C), likewise

An array's own axes are a tuple such as ("T", "K"). What has a time axis has it first; a cache's is
called P. A parameter has none and no batch: (heads, C). A memory, ("K", "V"), keeps its heads
before it in every layout.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

import numpy as np

from refmem.memory.grouped_heads import unfold

STATE = ("K", "V")
"""The axes of a memory."""

STATES = ("T", *STATE)
"""The axes of the memories after every token."""

LAYOUTS = ("grammar", "bhtd", "bthd", "packed", "varlen", "ragged")
JOINED = ("varlen", "ragged")
"""Layouts in which sequences follow one another."""

Arrays = dict[str, np.ndarray]
Axes = tuple[str, ...]
Shape = tuple[int, ...]


def is_timed(axes: Axes) -> bool:
    """Whether the first axis counts tokens, those of a cache included."""
    return bool(axes) and (axes[0].endswith("T") or axes[0] == "P")


def heads_of(arrays: Arrays, axes: Mapping[str, Axes]) -> Shape:
    """The head axes of a call: of all its arrays that have tokens, broadcast together.

    >>> heads_of({"q": np.zeros((1, 2, 3, 9, 8)), "k": np.zeros((1, 2, 1, 9, 8))},
    ...          {"q": ("T", "K"), "k": ("T", "K")})
    (2, 3)
    """
    timed = {name: own for name, own in axes.items() if name in arrays and is_timed(own)}
    shapes = (arrays[name].shape for name in timed)
    return np.broadcast_shapes(
        *(
            shape[1 : len(shape) - len(own)]
            for shape, own in zip(shapes, timed.values(), strict=True)
        )
    )


def for_every_head(x: np.ndarray, axes: Axes, heads: Shape) -> np.ndarray:
    """An array with the same numbers for all heads that share them."""
    own = x.ndim - len(axes)
    every = np.broadcast_shapes(x.shape[1:own], heads)
    return np.broadcast_to(x, (x.shape[0], *every, *x.shape[own:]))


def merge_heads(x: np.ndarray, axes: Axes, heads: str) -> np.ndarray:
    """(batch, H, G, ...) as (batch, H G, ...), in the order of `heads`: "repeat" or "tile".

    >>> merge_heads(np.array([[[0, 1, 2], [3, 4, 5]]]), (), "tile")
    array([[0, 3, 1, 4, 2, 5]])
    """
    return unfold(x, len(axes), heads) if x.ndim - len(axes) == 3 else x


def split_heads(x: np.ndarray, shape: Shape, axes: Axes, heads: str) -> np.ndarray:
    """The inverse of `merge_heads`, for an array that had that shape."""
    own = len(axes)
    if len(shape) - own != 3:
        return x.reshape(shape)
    if heads == "repeat":
        return x.reshape(shape)
    batch, keys, group = shape[:3]
    return x.reshape(batch, group, keys, *shape[3:]).swapaxes(1, 2)


def pack(x: np.ndarray, axes: Axes, layout: str, heads: str = "repeat") -> np.ndarray:
    """An array of the grammar in another layout; see the module. Joined ones are bthd until `join`.

    >>> pack(np.array([[[[1, 2]], [[3, 4]]]]), ("T", "K"), "packed")  # two heads, one token
    array([[[1, 2, 3, 4]]])
    """
    if layout == "grammar":
        return x
    merged = merge_heads(x, axes, heads)
    if not is_timed(axes):
        return merged if axes == STATE else merged[0]
    if layout == "bhtd":
        return merged
    rows = np.moveaxis(merged, 2, 1)
    if layout == "packed":
        return rows.reshape(*rows.shape[:2], math.prod(rows.shape[2:]))
    return rows


def packed_shape(shape: Shape, axes: Axes, layout: str, heads: str = "repeat") -> Shape:
    """The shape `pack` gives to an array of that shape.

    >>> packed_shape((1, 2, 3, 64, 8), ("T", "K"), "packed")  # one batch, 2 x 3 heads, 64 tokens
    (1, 64, 48)
    """
    return pack(np.broadcast_to(0, shape), axes, layout, heads).shape


def unpack(
    y: np.ndarray, shape: Shape, axes: Axes, layout: str, heads: str = "repeat"
) -> np.ndarray:
    """The inverse of `pack`, for an array that had that shape."""
    if layout == "grammar":
        return y
    own = shape[len(shape) - len(axes) :]
    merged = (shape[0], math.prod(shape[1 : len(shape) - len(axes)]), *own)
    if is_timed(axes) and layout != "bhtd":
        y = np.moveaxis(y.reshape(merged[0], merged[2], merged[1], *merged[3:]), 1, 2)
    return split_heads(y.reshape(merged), shape, axes, heads)


def join(x: np.ndarray, lengths: Sequence[int], layout: str) -> np.ndarray:
    """Sequences (N, T, ...), of which the first tokens count, one after another.

    >>> join(np.array([[1, 2, 3], [4, 5, 6]]), [1, 2], "ragged")
    array([1, 4, 5])
    """
    rows = _rows(lengths, x.shape[1])
    y = np.concatenate([row[:length] for row, length in zip(x, rows, strict=True)])
    return y if layout == "ragged" else y[None]


def part(y: np.ndarray, lengths: Sequence[int], longest: int, layout: str) -> np.ndarray:
    """The inverse of `join`, with zeros after each sequence, for `longest` tokens of each."""
    y = y if layout == "ragged" else y[0]
    out = np.zeros((len(lengths), longest, *y.shape[1:]), y.dtype)
    rows = _rows(lengths, longest)
    for n, (length, end) in enumerate(zip(rows, np.cumsum(rows), strict=True)):
        out[n, :length] = y[end - length : end]
    return out


def joined_shape(shape: Shape, lengths: Sequence[int], layout: str) -> Shape:
    """The shape `join` gives to an array of that shape.

    >>> joined_shape((2, 3, 4, 8), [1, 3], "varlen")
    (1, 4, 4, 8)
    """
    tokens = sum(_rows(lengths, shape[1]))
    return (tokens, *shape[2:]) if layout == "ragged" else (1, tokens, *shape[2:])


def _rows(lengths: Sequence[int], longest: int) -> list[int]:
    """Rows of each sequence, of which the longest has that many: several a token, or one."""
    each = longest // max(1, *lengths)
    return [int(length) * each for length in lengths]
