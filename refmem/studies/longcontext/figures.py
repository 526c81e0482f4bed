"""Figures of the documentation, and of `refmem longcontext ... --plot`.

Dots are measured, with 95 % intervals; lines are theory.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from refmem.studies.drawing import COLORS, MARKERS, figure
from refmem.studies.longcontext.answer import what_context_buys
from refmem.studies.longcontext.convergence import APPROACHES, Convergence, converge
from refmem.studies.longcontext.forgetting import best_step
from refmem.studies.longcontext.studies import Valley, three_worlds, valleys
from refmem.studies.longcontext.tracking import Track
from refmem.support.sweep import Watch

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
            line = [np.nan if x is None else x for x in one.theory]
            panel.plot(one.times, line, color=color, marker="", linewidth=1.2)
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


def worlds_figure(found: Mapping[str, Sequence[Track]]) -> Any:
    """A panel for each kind of world, every memory with the best gates for that world."""
    with figure(columns=len(found), width=5.5, height=5.5, sharey=True) as (picture, axes):
        for panel, (title, tracks) in zip(axes, found.items(), strict=True):
            draw_tracks(panel, tracks)
            panel.set(title=title, xscale="linear")
        axes[0].set_ylabel(ERROR)
        axes[-1].legend(fontsize="small", ncols=2)
    return picture


def steps_figure(found: Sequence[Valley]) -> Any:
    """Left: error against step, for several drifts; right: the best step against the drift."""
    with figure(columns=2, width=6.5, height=5.5) as (picture, (left, right)):
        for place, one in enumerate(found):
            color, marker = COLORS[place], MARKERS[place]
            label = rf"$\rho$ = {one.ratio:.0e}"
            _dots(left, one.steps, one.measured, color, marker, label)
            left.plot(one.fine, one.theory, color=color, marker="", linewidth=1.2)
            right.plot(one.ratio, one.best, color=color, marker=marker, markersize=9, linestyle="")
        left.set(xscale="log", yscale="log", xlabel=r"step $\beta$")
        left.set_ylabel("error over noise, $|S - W|^2/r$")
        left.legend(fontsize="small", title=r"$\rho = Q/r$, drift over noise")
        ratios = np.logspace(-5, 1)
        right.plot(
            ratios,
            [best_step(x, 1.0) for x in ratios],
            color="black",
            marker="",
            linewidth=1.2,
            label="theory",
        )
        right.plot(
            ratios, np.sqrt(ratios), color="black", marker="", linestyle=":", label=r"$\sqrt{\rho}$"
        )
        right.set(xscale="log", yscale="log", xlabel=r"drift over noise, $\rho = Q/r$")
        right.set(ylim=(2e-3, 2), ylabel=r"best step $\beta$")
        right.legend(fontsize="small")
    return picture


def draw_answer(watch: Watch) -> Any:
    """What more context buys."""
    return answer_figure(what_context_buys(tokens=30_000, worlds=100, watch=watch))


def draw_convergence(watch: Watch) -> Any:
    """Shipped rules on their way to their limits."""
    return convergence_figure(converge(watch=watch))


def draw_worlds(watch: Watch) -> Any:
    """Three kinds of drift."""
    return worlds_figure(three_worlds(watch=watch))


def draw_steps(watch: Watch) -> Any:
    """The best step as a function of drift and noise."""
    return steps_figure(valleys(watch=watch))


FIGURES = {
    "longcontext_answer": draw_answer,
    "longcontext_convergence": draw_convergence,
    "longcontext_worlds": draw_worlds,
    "longcontext_steps": draw_steps,
}
