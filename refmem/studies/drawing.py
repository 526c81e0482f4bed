"""What the figures share: size, colours that the colour-blind can tell apart, files. Extra `plot`.

Figures are drawn to be read at half size, and the same data give the same bytes.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from refmem.support.extras import optional
from refmem.support.files import whole_file

COLORS = ("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9", "#000000")
"""Okabe and Ito's palette: told apart by people with any kind of colour vision."""

MARKERS = ("o", "s", "^", "D", "v", "P", "X")
"""One for each colour, so that nothing is told by colour alone."""

STYLE = {
    "axes.grid": True,
    "axes.spines.right": False,
    "axes.spines.top": False,
    "figure.dpi": 100,
    "font.size": 13,
    "grid.alpha": 0.3,
    "legend.frameon": False,
    "lines.linewidth": 1.8,
    "lines.markersize": 6,
    "svg.fonttype": "path",
    "svg.hashsalt": "refmem",
}

FORMATS = ("svg", "png")


@contextmanager
def figure(
    rows: int = 1, columns: int = 1, width: float = 8, height: float = 5, **extra: Any
) -> Iterator[tuple[Any, Any]]:
    """A figure and its axes, as `matplotlib.pyplot.subplots` gives them, without a window.

    The style holds for what is drawn within the block.

    width, height   of one panel, in inches
    extra           of `subplots`, such as sharey=True

    >>> with figure(columns=2) as (picture, axes):
    ...     lines = axes[0].plot([1, 2, 4])
    >>> len(axes), lines[0].get_color()
    (2, '#0072b2')
    """
    optional("matplotlib", "plot")
    from cycler import cycler
    from matplotlib.figure import Figure

    with _style({"axes.prop_cycle": cycler(color=COLORS, marker=MARKERS)}):
        made = Figure(figsize=(width * columns, height * rows), layout="constrained")
        yield made, made.subplots(rows, columns, **extra)


def _style(more: dict[str, Any]) -> Any:
    from matplotlib import rc_context

    settings: Any = STYLE | more
    return rc_context(settings)


def save(made: Any, path: str | Path) -> None:
    """Write a figure as .svg or .png, whole or not at all.

    Raises ValueError for another ending.
    """
    check_path(path)
    kind = Path(path).suffix[1:]
    with _style({}), whole_file(path) as draft:
        made.savefig(draft, format=kind, metadata={"Date": None} if kind == "svg" else None)


def check_path(path: str | Path) -> None:
    """Raise ValueError unless a figure can be written under this name, before it is drawn."""
    target = Path(path)
    if target.suffix[1:] not in FORMATS:
        raise ValueError(
            f"plot: file has name {target.name!r}, expected one ending in .svg or .png, because "
            "the ending says the format"
        )
    if not target.parent.is_dir():
        raise ValueError(
            f"plot: file has name {str(path)!r}, expected one in a folder that exists, because "
            "none is made"
        )
