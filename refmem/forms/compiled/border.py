"""The border of the compiled loops: machine code looks at no index, so shapes are looked at here.

An axis has one length wherever it stands, in what a loop reads and in what it writes. What does not
fit is refused before the loop runs, by the name of the rule that it was made for.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy as np

from refmem.forms.compiled.compiling import compiled
from refmem.forms.compiled.lanes import width
from refmem.forms.compiled.sharing import Map

AXES = {
    "run_tokens": {
        "q": "HTK",
        "k": "HTK",
        "strength": "HT",
        "v": "HTV",
        "decay": "HT HTK HTKV",
        "u": "HTK",
        "w": "HTK",
        "share": "HT",
        "S": "HKV",
        "out": "HTV",
        "asked": "HTV",
        "kept": "HNKV",
    },
    "pull_keys": {
        "q": "HNTK",
        "k": "HNTK",
        "v": "HNTV",
        "decay": "HNT HNTK",
        "u": "HNTK",
        "w": "HNTK",
        "asked": "HNTV",
        "dout": "HNTV",
        "dasked": "HNTV",
        "S": "HNKV",
        "G": "HNKV",
        "dq": "HNTK",
        "dk": "HNTK",
        "ddecay": "HNTK",
        "du": "HNTK",
        "dw": "HNTK",
    },
}
"""Loop -> argument -> its axes, or each set of axes that it may have: heads, tokens or their
steps, keys, values, and blocks of tokens (N)."""

LANES = {"run_tokens": "V", "pull_keys": "K"}
"""Loop -> the axis of which it takes as many entries at a time as there are lanes."""

Arrays = Sequence[np.ndarray | None]
Kinds = tuple[tuple[tuple[int, ...], np.dtype] | None, ...]
"""Shape and dtype of every argument that is not left out."""


def call(
    rule: str,
    loop: Callable[..., None],
    *arrays: np.ndarray | None,
    into: Arrays,
    shared: Map | None = None,
) -> None:
    """Run `loop(*arrays, *into)` on arrays that fit each other; it writes to those of `into` only.

    With `shared`, a map over threads, every block of lanes is a task. Loops take rows that are
    contiguous, as those of `into` have to be; others are copied.
    """
    every, read = [*arrays, *into], len(arrays)
    try:
        code = ready(loop, tuple([x if x is None else (x.shape, x.dtype) for x in every]), read)
        for n in rows_in_pieces(every):
            every[n] = whole_rows(loop.__name__, every[n], written=n >= read)
    except (TypeError, ValueError) as error:
        raise type(error)(f"{rule}: {error}") from None
    if shared is None:
        code(*every)
    else:
        shared(lambda block: code(*block), blocks(loop.__name__, every))


@functools.lru_cache(2**10)
def ready(loop: Callable[..., None], kinds: Kinds, read: int) -> Callable[..., None]:
    """Machine code for arguments of these shapes, of which it reads the first so many and writes
    the rest, once they have been seen to fit."""
    name = loop.__name__
    given = {n: kind for n, kind in zip(AXES[name], kinds, strict=True) if kind is not None}
    wrong = wrong_shape(name, {argument: shape for argument, (shape, _) in given.items()})
    if wrong:
        raise ValueError(f"{wrong}, because {name} is compiled and looks at no index")
    dtypes = {dtype: argument for argument, (_, dtype) in given.items()}
    if len(dtypes) > 1:
        found = " and ".join(f"{dtype} in {argument}" for dtype, argument in dtypes.items())
        raise TypeError(
            f"the call has {found}, expected one kind of number, because nothing is cast silently"
        )
    axes = tuple(None if kind is None else len(kind[0]) for kind in kinds)
    return compiled(loop, *dtypes, axes[:read], axes[read:])


def wrong_shape(loop: str, shapes: dict[str, tuple[int, ...]]) -> str:
    """The first of a loop's arguments that does not fit those before it, in words, or nothing.

    >>> wrong_shape("run_tokens", {"q": (2, 6, 3), "out": (2, 5, 4)})
    'out has shape (2, 5, 4), expected (H, T, V) with T = 6 as in q'
    """
    lengths: dict[str, tuple[int, str]] = {}
    for name, shape in shapes.items():
        axes = _axes(AXES[loop][name], len(shape))
        if not axes:
            expected = " or ".join(f"({', '.join(way)})" for way in AXES[loop][name].split())
            return f"{name} has shape {shape}, expected {expected}"
        for axis, length in zip(axes, shape, strict=True):
            known, source = lengths.setdefault(axis, (length, name))
            if length != known:
                return (
                    f"{name} has shape {shape}, expected ({', '.join(axes)}) with "
                    f"{axis} = {known} as in {source}"
                )
    if lengths["T"][0] and lengths.get("N", (1,))[0] == 0:
        return f"{lengths['N'][1]} has no blocks, expected at least one"
    return ""


def _axes(ways: str, count: int) -> str:
    """Those axes among `ways` to have them of which there are so many; none if there are not."""
    return next((way for way in ways.split() if len(way) == count), "")


def rows_in_pieces(arrays: Arrays) -> list[int]:
    """Which arrays have rows whose entries do not follow each other in memory."""
    return [
        n
        for n, x in enumerate(arrays)
        if x is not None and x.strides[-1] != x.itemsize and x.shape[-1] > 1
    ]


def whole_rows(loop: str, x: Any, written: bool) -> np.ndarray:
    """A copy of an array that is read; one that is written to has to be right."""
    if written:
        raise ValueError(
            f"an array that {loop} writes to has rows in pieces, expected rows in one, because "
            "several numbers of a row are written at once"
        )
    return np.ascontiguousarray(x)


def blocks(loop: str, arrays: Arrays) -> Iterator[Arrays]:
    """A loop's arguments, of each as many lanes as the loop takes at a time."""
    lane, ways = LANES[loop], AXES[loop]
    S = arrays[list(ways).index("S")]
    assert S is not None
    for start in range(0, S.shape[ways["S"].index(lane)], width(S)):
        cut = {lane: slice(start, start + width(S))}
        yield tuple(
            x if x is None else x[tuple(cut.get(axis, slice(None)) for axis in _axes(way, x.ndim))]
            for way, x in zip(ways.values(), arrays, strict=True)
        )
