"""The figure of docs/real_model.md: how clearly every head's memory answers, and why not better."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from refmem.studies.drawing import COLORS, MARKERS, figure
from tools.transformer.package import Vocabulary, load_model
from tools.transformer.study import PASSAGES, WINDOW, Study, study

SERIES = (
    ("snr", "real keys and values"),
    ("snr_shaped", "Gaussian, same mean and covariance"),
    ("snr_isotropic", "Gaussian, same length of keys"),
)
TOP = 1e12
"""Where the axis of SNR ends; what is above is drawn at its edge."""


def real_model(watch: Callable[[int, int], Any]) -> Any:
    """The model of the package, reading the passages."""
    windows = Vocabulary().windows(PASSAGES.read_text(encoding="utf-8"), WINDOW)
    return draw(study(load_model(), windows, watch=watch))


def draw(found: Study) -> Any:
    """SNR and directions of keys, a point for each head, layer by layer."""
    with figure(columns=2, width=7) as (made, (clarity, spread)):
        layers = np.array([head.layer for head in found.heads])
        for place, (field, label) in enumerate(SERIES):
            snr = np.array([getattr(head, field) for head in found.heads])
            _points(clarity, layers + (place - 1) / 4, np.minimum(snr, TOP), place, label)
        clarity.axhline(1, color="black", linewidth=1, marker="")
        clarity.set(yscale="log", ylim=(None, 2 * TOP), xlabel="layer")
        clarity.set_ylabel("retrieval SNR (median over keys)")
        _points(spread, layers, np.array([head.directions for head in found.heads]), 0, None)
        spread.axhline(found.width, color="black", linewidth=1, marker="")
        spread.set(ylim=(0, found.width * 1.05), xlabel="layer")
        spread.set_ylabel(f"directions that keys vary in (of {found.width})")
        made.legend(loc="outside upper center", ncols=len(SERIES))
    return made


def _points(axes: Any, x: np.ndarray, y: np.ndarray, place: int, label: str | None) -> None:
    style = {"color": COLORS[place], "marker": MARKERS[place], "linestyle": "none"}
    axes.plot(x, y, label=label, alpha=0.8, **style)
    axes.set_xticks(np.unique(np.rint(x)))


FIGURES = {"real_model": real_model}
