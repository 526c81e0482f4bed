"""Figures of the documentation, and of `refmem longcontext ... --plot`.

Dots are measured, with 95 % intervals; lines are theory.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from refmem.longcontext.answer import what_context_buys
from refmem.longcontext.convergence import APPROACHES, Convergence, converge
from refmem.longcontext.tracking import Track
from refmem.plot import COLORS, MARKERS, figure
from refmem.sweep import Watch

ERROR = "squared error of a column, $|S - W|^2$"
TOKENS = "tokens seen, T"


def answer_figure(found: tuple[Sequence[Track], Sequence[Track]]) -> Any:
    """Two panels: what more context buys in a fixed world, and in one that drifts."""
    with figure(columns=2, width=6.5, height=5.5, sharey=True) as (picture, axes):
        titles = "a fixed world", "a world that drifts"
        for panel, title, tracks in zip(axes, titles, found, strict=True):
            draw_tracks(panel, tracks)
            panel.set_title(title)
        axes[0].set_ylabel(ERROR)
        axes[0].legend(fontsize="small")
    return picture


def track_figure(tracks: Sequence[Track]) -> Any:
    """One panel: every memory in one world."""
    with figure() as (picture, panel):
        draw_tracks(panel, tracks)
        panel.set_ylabel(ERROR)
        panel.legend(fontsize="small")
    return picture


def draw_tracks(panel: Any, tracks: Sequence[Track]) -> None:
    """Errors against T, both on logarithmic axes."""
    for place, one in enumerate(tracks):
        color, marker = COLORS[place], MARKERS[place]
        _dots(panel, one.times, one.measured, color, marker, one.memory.name.replace("_", " "))
        if one.theory is not None:
            panel.plot(one.times, one.theory, color=color, marker="", linewidth=1.2)
    panel.set(xscale="log", yscale="log", xlabel=TOKENS)


def convergence_figure(studies: Sequence[Convergence]) -> Any:
    """One panel: distances from the limit, and the power of T that each falls with."""
    with figure(width=8, height=6) as (picture, panel):
        for place, study in enumerate(studies):
            power, around = study.power
            label = rf"{study.name}: $T^{{{power:.2f} \pm {around:.2f}}}$"
            _dots(panel, study.times, study.distances, COLORS[place], MARKERS[place], label)
            panel.plot(study.times, _line(study), color=COLORS[place], marker="", linewidth=1.2)
        panel.set(xscale="log", yscale="log", xlabel=TOKENS)
        panel.set_ylabel("squared distance from the limit, $|S_T - S^*|^2$")
        panel.legend(fontsize="small")
    return picture


def _line(study: Convergence) -> np.ndarray:
    """Theory, or its power of T through the last point."""
    approach, times = APPROACHES[study.name], np.array(study.times, dtype=float)
    if approach.theory is not None:
        return np.array([approach.theory(T) for T in study.times])
    return study.distances[-1].value * (times / times[-1]) ** approach.power


def _dots(panel: Any, x: Any, y: Any, color: str, marker: str, label: str) -> None:
    """Estimates with their intervals."""
    values, halves = [one.value for one in y], [one.half_width for one in y]
    style = {"color": color, "marker": marker, "markerfacecolor": "none", "linestyle": ""}
    panel.errorbar(x, values, halves, **style, label=label)


def draw_answer(watch: Watch) -> Any:
    """What more context buys."""
    return answer_figure(what_context_buys(tokens=30_000, worlds=100, watch=watch))


def draw_convergence(watch: Watch) -> Any:
    """Shipped rules on their way to their limits."""
    return convergence_figure(converge(watch=watch))


FIGURES = {
    "longcontext_answer": draw_answer,
    "longcontext_convergence": draw_convergence,
}
