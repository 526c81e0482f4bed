"""The figures of docs/expressivity.md."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from functools import partial
from typing import Any

from refmem.memory.rule import Rule
from refmem.rules.decay import gla
from refmem.rules.delta import delta
from refmem.studies.drawing import COLORS, MARKERS, figure
from refmem.studies.expressivity.keys import narrowest_keys, necessary_width, sufficient_width
from refmem.studies.expressivity.parity import CHANNELS, LENGTH, best_margins
from refmem.studies.expressivity.robustness import PRECISIONS, PROGRAMS, STEPS, robustness

Watch = Callable[[int, int], Any]

FLOOR = 1e-8
"""Margins below what the linear programs resolve are drawn as this."""


def parity_margin(watch: Watch) -> Any:
    """The best margin of a score of parity, against the number of ones."""
    lengths = range(2, LENGTH + 1)
    lines = {f"gla, K = {K}": (gla, K) for K in CHANNELS} | {"delta, beta = 2": (delta, 1)}
    with figure() as (made, axes):
        _plot(
            axes,
            lengths,
            {label: partial(_margins, rule, channels) for label, (rule, channels) in lines.items()},
            watch,
        )
        axes.set(
            yscale="log",
            xlabel="ones given, one after another",
            ylabel="best margin of odd against even",
            title="Decay cannot count: every score of parity fails",
        )
        axes.axhline(FLOOR, color="0.6", linestyle=":")
        axes.annotate("no score at all", (LENGTH, FLOOR), ha="right", va="bottom")
        axes.legend()
    return made


def _margins(rule: Rule, channels: int) -> list[float]:
    return [max(x, FLOOR) for x in best_margins(rule, channels)]


def _plot(
    axes: Any, x: Sequence[int], lines: dict[str, Callable[[], Iterable[float]]], watch: Watch
) -> None:
    """A line for each name, of what its function returns."""
    for place, (label, values) in enumerate(lines.items()):
        axes.plot(x, [*values()], label=label, color=COLORS[place], marker=MARKERS[place])
        watch(place + 1, len(lines))


SIZES = (8, 16, 32, 64, 128, 256, 512, 1024, 4096, 16384)


def key_width(watch: Watch) -> Any:
    """Dimensions that n keys take, which DeltaFormer with rounding tells apart."""
    widths = {
        "orthogonal keys": lambda n: n,
        "random keys: always enough": sufficient_width,
        "random keys: no fewer (Welch)": necessary_width,
        "polynomial code, or orthogonal": _narrowest_width,
    }
    with figure() as (made, axes):
        _plot(
            axes, SIZES, {name: partial(map, width, SIZES) for name, width in widths.items()}, watch
        )
        axes.set(
            xscale="log",
            yscale="log",
            xlabel="things that are tracked, n",
            ylabel="width of a key, d",
            title="Keys that rounding tells apart need few dimensions",
        )
        axes.legend()
    return made


def _narrowest_width(n: int) -> int:
    return narrowest_keys(n).vectors.shape[1]


def robustness_by_precision(watch: Watch) -> Any:
    """The study of the documentation."""
    return robustness_figure(robustness(watch=watch))


def robustness_figure(found: list[dict[str, Any]]) -> Any:
    """Tokens that were answered rightly before the first error, by precision and size."""
    with figure(columns=len(PRECISIONS), width=5, sharey=True) as (made, axes):
        for panel, precision in zip(axes, PRECISIONS, strict=True):
            panel.set(xscale="log", yscale="log", ylim=(0.7, 3 * STEPS), title=precision)
            panel.set_xlabel("things that are tracked, n")
            for place, program in enumerate(PROGRAMS):
                points = [
                    x for x in found if (x["program"], x["precision"]) == (program, precision)
                ]
                shift = 1.06**place  # so that lines along the top can be told apart
                panel.plot(
                    [x["n"] * shift for x in points],
                    [max(x["steps"], 1) for x in points],
                    label=program,
                    color=COLORS[place],
                    marker=MARKERS[place],
                )
            panel.axhline(STEPS, color="0.6", linestyle=":")
        axes[0].set_ylabel(f"tokens before the first error ({STEPS}: none)")
        axes[0].legend(loc="lower left")
    return made


FIGURES: dict[str, Callable[[Watch], Any]] = {
    "expressivity_parity_margin": parity_margin,
    "expressivity_key_width": key_width,
    "expressivity_robustness": robustness_by_precision,
}
