"""Which tokens are wrong, as a row of blocks and in words: whether it is every 16th, or the first.

▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇   from token 64 on: after the first chunk of 64
"""

from __future__ import annotations

import math
from collections.abc import Iterator

import numpy as np

BLOCKS = "▁▂▃▄▅▆▇█"
UNDEFINED = "?"
"""Where something is NaN or infinite."""

WIDTH = 64
"""Blocks in a row at most."""

LIGHTEST, DARKEST = 0, 6
"""Powers of ten above what is allowed of the lowest and the highest wrong block."""

CHUNKS = (128, 64, 32, 16, 8, 4)

MOST = 0.9
"""So much of what a rule says is wrong must be, and nothing else."""

RANGES = 4
"""How many stretches of tokens are listed."""


def bar(share: np.ndarray) -> str:
    """Errors of rows against what is allowed, as blocks; several rows share one if need be.

    >>> bar(np.array([0.5, 1.0, 2.0, 1e3, 1e9, np.inf]))
    '▁▁▂▅█?'
    """
    each = math.ceil(max(share.size, 1) / WIDTH)
    starts = range(0, share.size, each)
    return "".join(_block(float(share[start : start + each].max())) for start in starts)


def _block(share: float) -> str:
    if not math.isfinite(share):
        return UNDEFINED
    if share <= 1:
        return BLOCKS[0]
    part = math.log10(share) / DARKEST
    return BLOCKS[min(len(BLOCKS) - 1, 1 + int(part * (len(BLOCKS) - 1)))]


def pattern(wrong: np.ndarray, row: str = "token") -> str:
    """Where rows are wrong, in words that follow "wrong".

    >>> pattern(np.arange(130) >= 64)
    'from token 64 on, after the first chunk of 64'
    >>> pattern(np.arange(64) % 16 == 0)
    'at every token t with t % 16 = 0'
    """
    rows = np.flatnonzero(wrong)
    if not rows.size:
        return ""
    if rows.size == wrong.size:
        return f"at every {row}"
    if rows.size == 1:
        last = ", the last" if rows[0] == wrong.size - 1 else ""
        return f"at {row} {rows[0]} alone{last}"
    return next(
        said
        for said in (*_stretches(wrong, row), *_periods(wrong, row), _listed(rows, row))
        if said
    )


def _stretches(wrong: np.ndarray, row: str) -> Iterator[str]:
    """From some row on, or up to one."""
    rows = np.flatnonzero(wrong)
    first, last, size = int(rows[0]), int(rows[-1]), wrong.size
    if first > 0 and wrong[first:].mean() >= MOST:
        yield f"from {row} {first} on{_seam(first, size)}"
    if last < size - 1 and first == 0 and wrong[: last + 1].mean() >= MOST:
        chunk = f", the first chunk of {last + 1}" if last + 1 in CHUNKS else ""
        yield f"up to {row} {last}{chunk}"


def _seam(first: int, size: int) -> str:
    """What is at the place where rows begin to be wrong: a chunk that ends, or all whole ones."""
    tails = [chunk for chunk in CHUNKS if size % chunk and first == size - size % chunk]
    said = [f"the first chunk of {first}"] if first in CHUNKS else []
    if tails:
        least = f"{tails[-1]} to " if len(tails) > 1 else ""
        said.append(f"all whole chunks of {least}{tails[0]}")
    return f", after {', or '.join(said)}" if said else ""


def _periods(wrong: np.ndarray, row: str) -> Iterator[str]:
    """Every so many rows, or all but those."""
    t = np.arange(wrong.size)
    for period in range(2, min(max(CHUNKS), wrong.size // 2) + 1):
        for residue in {int(first) % period for first in (0, wrong.argmax(), wrong.argmin())}:
            those = t % period == residue
            said = f"{row} t with t % {period} = {residue}"
            if _is(wrong, those):
                yield f"at every {said}"
            if _is(wrong, those & (t >= period)):
                yield f"at every {said} but the first"
            if period > 2 and _is(wrong, ~those):
                yield f"at every {row} but those t with t % {period} = {residue}"


def _is(wrong: np.ndarray, those: np.ndarray) -> bool:
    """Nearly all of those are wrong, and no others."""
    return bool(those.sum() > 1 and wrong[those].mean() >= MOST and not wrong[~those].any())


def _listed(rows: np.ndarray, row: str) -> str:
    """The first stretches of rows."""
    cuts = np.flatnonzero(np.diff(rows) > 1) + 1
    said = [f"{one[0]}-{one[-1]}" if one.size > 1 else f"{one[0]}" for one in np.split(rows, cuts)]
    more = f" and {len(said) - RANGES} more stretches" if len(said) > RANGES else ""
    return f"at {row}s {', '.join(said[:RANGES])}{more}"


def heads(wrong: np.ndarray) -> str:
    """Which heads (batch, heads ...) are wrong, in words that follow "in".

    >>> heads(np.array([[False, True], [False, True]]))
    'head 1 of every sequence'
    >>> heads(np.array([[True, True], [False, False]]))
    'sequence 0'
    """
    if wrong.all():
        return "every head"
    if wrong.ndim == 3:
        of_member = np.asarray(wrong.any(axis=(0, 1)))
        if np.array_equal(wrong, np.broadcast_to(of_member, wrong.shape)):
            return f"{_numbered('member', of_member)} of every group of heads"
    of_sequence = np.asarray(wrong.any(axis=tuple(range(1, wrong.ndim))))
    of_head = np.asarray(wrong.any(axis=0))
    if np.array_equal(wrong, np.broadcast_to(of_head, wrong.shape)):
        return f"{_numbered('head', of_head)} of every sequence"
    whole = of_sequence.reshape(-1, *[1] * (wrong.ndim - 1))
    if np.array_equal(wrong, np.broadcast_to(whole, wrong.shape)):
        return _numbered("sequence", of_sequence)
    return f"{int(wrong.sum())} of {wrong.size} heads"


def _numbered(what: str, which: np.ndarray) -> str:
    """head 1, or heads 0 and 2."""
    places = [_place(index) for index in np.argwhere(which)]
    *most, last = places
    return f"{what}s {', '.join(most)} and {last}" if most else f"{what} {last}"


def _place(index: np.ndarray) -> str:
    return str(int(index[0])) if index.size == 1 else str(tuple(int(i) for i in index))
