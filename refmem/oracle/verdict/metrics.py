"""How far a candidate is from the truth: several numbers, because each one alone is blind to a bug.

Arrays are (batch, heads ..., row, channel): the rows of an output are its tokens, those of a memory
its key channels. A `head` is everything with the same leading axes.

    rms        |error| / |truth|, over everything                sees what is wrong everywhere
    row        worst entry of a row against the row's scale      sees one bad token
    gain       error along the truth / |truth|, worst head       sees a missing scale
    direction  error across the truth / |truth|, worst head      sees wrong numbers of right size

The scale of a row is its largest entry, but at least the RMS of its head: a rounding error has the
size of the terms that were summed, and a row may be small because they cancelled.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np


class Errors(NamedTuple):
    """The four metrics; zero is perfect."""

    rms: float
    row: float
    gain: float
    direction: float

    @classmethod
    def worst(cls, several: list[Errors]) -> Errors:
        """Metric by metric, the largest."""
        return cls(*(float(np.max(column)) for column in zip(*several, strict=True)))


NONE = Errors(0, 0, 0, 0)


def same_specials(x: np.ndarray, truth: np.ndarray) -> bool:
    """Whether NaN, +inf and -inf are in the same places."""
    return all(
        np.array_equal(special(x), special(truth))
        for special in (np.isnan, np.isposinf, np.isneginf)
    )


def measure(x: np.ndarray, truth: np.ndarray) -> Errors:
    """The metrics of `x` against `truth`, arrays of one shape; what is infinite is left out."""
    if not truth.size:
        return NONE
    x, truth = as_rows(x.astype(truth.dtype)), as_rows(truth)
    finite = np.isfinite(truth)
    x, truth = np.where(finite, x, 0), np.where(finite, truth, 0)
    error = x - truth
    off, true = _by_head(error), _by_head(truth)
    share = _ratio((off * true).sum(-1), (true**2).sum(-1))
    across = off - share[:, None] * true
    return Errors(
        rms=float(_ratio(_norm(off.ravel()), _norm(true.ravel()))),
        row=float(row_errors(x, truth).max()),
        gain=float(np.abs(share).max()),
        direction=float(_ratio(_norm(across), _norm(true)).max()),
    )


def as_rows(x: np.ndarray) -> np.ndarray:
    """An array with at least a batch, a head, a row and a channel; a number a head is one row."""
    if x.ndim >= 4:
        return x
    return x.reshape(*x.shape[:2], *[1] * (4 - x.ndim), *x.shape[2:])


def row_errors(x: np.ndarray, truth: np.ndarray) -> np.ndarray:
    """The largest error of each row against the row's scale: (batch, heads ..., row)."""
    head = np.sqrt(np.mean(truth**2, axis=(-2, -1)))
    scale = np.maximum(np.abs(truth).max(-1), head[..., None])
    return _ratio(np.abs(x.astype(truth.dtype) - truth).max(-1, initial=0), scale)


def short(x: float) -> str:
    """Two digits, as in a report.

    >>> short(1.24e-7), short(2.0), short(31.0), short(0)
    ('1.2e-7', '2.0', '3.1e1', '0')
    """
    digits, _, power = f"{x:.1e}".partition("e")
    return (digits + (f"e{int(power)}" if int(power or 0) else "")) if x else "0"


def _by_head(x: np.ndarray) -> np.ndarray:
    return x.reshape(-1, x.shape[-2] * x.shape[-1])


def _norm(x: np.ndarray) -> np.ndarray:
    return np.sqrt((x**2).sum(-1))


def _ratio(part: np.ndarray, whole: np.ndarray) -> np.ndarray:
    """part / whole, where nothing of nothing is nothing, and something of nothing is infinite."""
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(part == 0, 0.0, part / whole)
