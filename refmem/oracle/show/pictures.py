"""Where a result is wrong: the errors of a case, run again, as a picture by token and head.

A picture has a row for each head and a column for each token (of a state: for each key channel). A
cell is as dark as its worst error is many times what is allowed; what is allowed is left pale.
"""

from __future__ import annotations

import html
import math
from collections.abc import Iterator

import numpy as np

from refmem.oracle.cases.case import find_case
from refmem.oracle.targets.running import MisbehavedError, asked, run
from refmem.oracle.targets.target import Target
from refmem.oracle.verdict.budget import expect
from refmem.oracle.verdict.laws import is_law, parts_of
from refmem.oracle.verdict.metrics import as_rows, row_errors, short
from refmem.oracle.verdict.sensitivity import DegenerateError

WIDTH, HEIGHT = 6, 12
"""Of a cell, in pixels."""

DARKEST = 1e6
"""How many times what is allowed is darkest."""


def shares(target: Target, operator: str, name: str) -> dict[str, np.ndarray]:
    """Part of a result -> (heads, rows): each row's worst error against what is allowed.

    Parts that are of another shape or dtype have none, nor does a law, or a case that does not run.
    """
    if is_law(name):
        return {}
    case = find_case(name)
    target = next(one for one in parts_of(target, case.rule.name) if operator in one.operators)
    case = asked(target, case)
    with np.errstate(all="ignore"):
        foreign = target.convention.to_foreign(case, target.dtype)
        try:
            expected = expect(case, foreign, target.convention, target.dtype)
            found = run(target, operator, case, foreign, expected.truth)
        except (DegenerateError, MisbehavedError):
            return {}
        maps = {}
        for part, x in found.items():
            truth, allowed = as_rows(expected.truth[part]), expected.allowed[part].row
            if (
                x.shape == expected.truth[part].shape
                and x.size
                and x.dtype == expected.dtype_of(part)
            ):
                share = row_errors(as_rows(x.astype(truth.dtype)), truth) / allowed
                maps[part] = np.where(np.isnan(share), np.inf, share)
    return {part: x.reshape(-1, x.shape[-1]) for part, x in maps.items()}


def picture(part: str, share: np.ndarray) -> str:
    """An inline SVG of (heads, rows), with what it shows in words."""
    rows, wrong = "token" if part == "out" else "key channel", int((share > 1).sum())
    heads, count = share.shape
    label = f"{part}: {wrong} of {share.size} cells above what is allowed, by {rows} and head"
    return "\n".join(
        [
            f"<figure><figcaption>{html.escape(label)}</figcaption>",
            f'<svg role="img" width="{count * WIDTH}" height="{heads * HEIGHT}">',
            f'<rect width="{count * WIDTH}" height="{heads * HEIGHT}" fill="#e6f2e6"/>',
            *_cells(share, rows),
            "</svg></figure>",
        ]
    )


def _cells(share: np.ndarray, rows: str) -> Iterator[str]:
    for head, row in np.argwhere(share > 1):
        size = float(share[head, row])
        light = 80 - 60 * min(1, math.log(min(size, DARKEST)) / math.log(DARKEST))
        yield (
            f'<rect x="{row * WIDTH}" y="{head * HEIGHT}" width="{WIDTH}" height="{HEIGHT}" '
            f'fill="hsl(0 70% {light:.0f}%)"><title>{rows} {row}, head {head}: {short(size)} '
            "times what is allowed</title></rect>"
        )
