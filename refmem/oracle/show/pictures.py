"""Where a result is wrong: the errors of a case, run again, as a picture by token and head.

A picture has a row for each head and a column for each token (of a state: for each key channel),
both numbered. A cell is as dark as its worst error is many times what is allowed; on a dark page it
is as light. What is allowed is left pale, and the scale says how much each colour is.
"""

from __future__ import annotations

import html
import itertools
import math
from collections.abc import Iterator

import numpy as np

from refmem.oracle.cases.case import find_case
from refmem.oracle.explain.again import run_again
from refmem.oracle.explain.hints import row_of
from refmem.oracle.targets.running import MisbehavedError
from refmem.oracle.targets.target import Target
from refmem.oracle.verdict.laws import is_law, parts_of
from refmem.oracle.verdict.metrics import short
from refmem.oracle.verdict.sensitivity import DegenerateError

WIDTH, HEIGHT = 6, 14
"""Of a cell, in pixels."""

LEFT, BOTTOM = 96, 18
"""Room for the names of heads, and for the numbers of tokens."""

STEPS = (1, 10, 100, 1e4, 1e6)
"""Times what is allowed, from which on a cell has the next colour."""

LIGHT = (78, 66, 54, 42, 30)
"""Lightness of these colours on a light page, in percent; on a dark one it is the other way."""

TICKS = (1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024)
APART = 48
"""Pixels between numbers of tokens, at least."""


def style() -> str:
    """The colours, of light pages and of dark ones."""
    fills = [
        f".e{n} {{ fill: hsl(0 70% {light}%); background: hsl(0 70% {light}%); }}"
        for n, light in enumerate(LIGHT)
    ]
    dark = [
        f".e{n} {{ fill: hsl(0 70% {light}%); background: hsl(0 70% {light}%); }}"
        for n, light in enumerate(reversed(LIGHT))
    ]
    return "\n".join(
        [
            ".fine { fill: #e6f2e6; background: #e6f2e6; } svg text { fill: currentColor; }",
            ".undefined { fill: #7b1fa2; background: #7b1fa2; } svg text { font-size: 11px; }",
            *fills,
            "@media (prefers-color-scheme: dark) { .fine { fill: #1d2b1d; background: #1d2b1d; }",
            ".undefined { fill: #ce93d8; background: #ce93d8; }",
            *dark,
            "}",
        ]
    )


def colour_scale() -> str:
    """What each colour says, as a line of a page."""
    names = ["e0", *(f"e{n}" for n in range(1, len(STEPS)))]
    most = [f"{short(a)} to {short(b)}" for a, b in itertools.pairwise(STEPS)]
    said = [*most, f"above {short(STEPS[-1])}"]
    keys = [("fine", "allowed"), *zip(names, said, strict=True), ("undefined", "NaN or infinite")]
    cells = (f'<span class="key {name}"></span> {text}' for name, text in keys)
    return f'<p class="scale">error / allowed: {" ".join(cells)}</p>'


def shares(target: Target, operator: str, name: str) -> dict[str, np.ndarray]:
    """Part of a result -> (batch, heads ..., rows): errors of rows against what is allowed.

    Parts that are of another shape or dtype have none, nor does a law, or a case that does not run.
    """
    if is_law(name):
        return {}
    case = find_case(name)
    part_of = next(one for one in parts_of(target, case.rule.path) if operator in one.operators)
    with np.errstate(all="ignore"):
        try:
            failure = run_again(part_of, operator, case)
        except (DegenerateError, MisbehavedError):
            return {}
        return {
            part: failure.shares(part)
            for part, x in failure.found.items()
            if x.size
            and x.shape == failure.expected.truth[part].shape
            and x.dtype == failure.expected.dtype_of(part)
        }


def picture(part: str, share: np.ndarray) -> str:
    """An inline SVG of (batch, heads ..., rows), with what it shows in words."""
    row, wrong = row_of(part), int((share > 1).sum())
    heads, flat = list(np.ndindex(share.shape[:-1])), share.reshape(-1, share.shape[-1])
    label = f"{part}: {wrong} of {share.size} cells above what is allowed, by {row} and head"
    wide, high = LEFT + flat.shape[1] * WIDTH, flat.shape[0] * HEIGHT
    return "\n".join(
        [
            f"<figure><figcaption>{html.escape(label)}</figcaption>",
            f'<svg role="img" aria-label="{html.escape(label)}" width="{wide}" '
            f'height="{high + BOTTOM}">',
            f'<rect class="fine" x="{LEFT}" width="{wide - LEFT}" height="{high}"/>',
            *_cells(flat, heads, row),
            *_names_of_heads(heads),
            *_numbers_of_rows(flat.shape[1], high, row),
            "</svg></figure>",
        ]
    )


def _cells(flat: np.ndarray, heads: list[tuple[int, ...]], row: str) -> Iterator[str]:
    for head, place in np.argwhere(flat > 1):
        size = float(flat[head, place])
        yield (
            f'<rect class="{_colour(size)}" x="{LEFT + place * WIDTH}" y="{head * HEIGHT}" '
            f'width="{WIDTH}" height="{HEIGHT - 1}"><title>{row} {place}, {_head(heads[head])}: '
            f"{short(size)} times what is allowed</title></rect>"
        )


def _colour(size: float) -> str:
    if not math.isfinite(size):
        return "undefined"
    return f"e{sum(size >= step for step in STEPS) - 1}"


def _head(index: tuple[int, ...]) -> str:
    """A head by its sequence and its own number, or numbers where heads are in groups.

    >>> _head((1, 0, 2))
    'sequence 1, head 0.2'
    """
    return f"sequence {index[0]}, head {'.'.join(map(str, index[1:]))}"


def _names_of_heads(heads: list[tuple[int, ...]]) -> Iterator[str]:
    for place, index in enumerate(heads):
        short_name = _head(index).replace("sequence", "seq.")
        yield f'<text x="0" y="{place * HEIGHT + HEIGHT - 3}">{short_name}</text>'


def _numbers_of_rows(rows: int, high: int, row: str) -> Iterator[str]:
    every = next(tick for tick in TICKS if tick * WIDTH >= APART or tick == TICKS[-1])
    for place in range(0, rows, every):
        x = LEFT + place * WIDTH
        yield f'<line x1="{x}" x2="{x}" y1="{high}" y2="{high + 4}" stroke="currentColor"/>'
        yield f'<text x="{x + 2}" y="{high + 14}">{place}</text>'
    yield f'<text x="0" y="{high + 14}">{row}</text>'
