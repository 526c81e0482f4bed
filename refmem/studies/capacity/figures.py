"""The figures of capacity: theory as lines, simulation as points with 95 % intervals."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from refmem.studies.capacity import studies
from refmem.studies.capacity.entropy import kernel_entropy
from refmem.studies.capacity.tables import ROUNDING
from refmem.studies.drawing import COLORS, MARKERS, figure
from refmem.support.sweep import sweep

Watch = Callable[[int, int], Any]

NAMES = {
    "linear": "linear",
    "relu": "ReLU",
    "solu": "SoLU",
    "exp": "exp (softmax)",
    "linear_attention": "linear attention",
    "retention": "retention",
    "delta": "delta rule",
    "gated_delta": "gated delta rule",
    "mesa": "mesa (fading)",
    "least_squares": "least squares",
    "softmax_attention": "softmax",
    "deltaformer": "DeltaFormer",
}

WIDTHS: tuple[tuple[str, float | None, str], ...] = (
    ("linear", None, "linear"),
    ("relu", None, "ReLU"),
    ("exp", None, r"exp, $\tau = \sqrt{d}$"),
    ("exp", 2.0, r"exp, $\tau = 2$"),
)


def _style(place: int) -> dict[str, Any]:
    """A colour and a marker; hollow markers where the colours begin again."""
    color = COLORS[place % len(COLORS)]
    inside = color if place < len(COLORS) else "white"
    return {
        "color": color,
        "marker": MARKERS[place % len(MARKERS)],
        "markerfacecolor": inside,
    }


def _points(axes: Any, x: Any, results: dict[str, Any], place: int, label: str) -> None:
    """Simulated points with their intervals, and the theory as a line without markers."""
    mean, low, high, theory = (
        np.array(results[name], dtype=float) for name in ("mean", "low", "high", "theory")
    )
    style = _style(place)
    ends = np.array([mean - low, high - mean])
    axes.errorbar(x, mean, ends, linestyle="", capsize=3, label=label, **style)
    if theory.size:
        axes.plot(x, theory, color=style["color"], marker="")


def _for_log_axis(results: dict[str, Any]) -> dict[str, Any]:
    """Exact recall has no place on a logarithmic axis, nor has an interval that reaches zero."""
    shown = {name: np.array(results[name], dtype=float) for name in ("mean", "high", "theory")}
    shown = {name: np.where(x > ROUNDING, x, np.nan) for name, x in shown.items()}
    return shown | {"low": np.maximum(results["low"], shown["mean"] / 50)}


def draw_snr(axes: Any, points: Sequence[Any], results: Sequence[Any]) -> None:
    """1/SNR against the number of pairs, a line for each kernel."""
    kernels = list(dict.fromkeys(point["kernel"] for point in points))
    for place, kernel in enumerate(kernels):
        mine = [n for n, point in enumerate(points) if point["kernel"] == kernel]
        joined = {name: [results[n][name] for n in mine] for name in results[mine[0]]}
        label = NAMES.get(kernel, kernel)
        pairs = [points[n]["pairs"] for n in mine]
        _points(axes, pairs, _for_log_axis(joined), place, label)
    axes.axhline(1, color="#888888", linestyle=":", linewidth=1.2, marker="")
    axes.annotate("noise = signal", (points[0]["pairs"], 1.25), fontsize=11)
    axes.set(xscale="log", yscale="log", xlabel="stored pairs N", ylabel="noise/signal, 1/SNR")
    axes.set_title(f"keys of width d = {points[0]['dim']} (lines: theory, points: simulated)")
    axes.legend(fontsize=11)


def draw_required(axes: Any, snr: float) -> None:
    """The width of a key against the number of pairs that it is to hold."""
    pairs = [2**n for n in range(1, 31, 2)]
    widths = studies.required_widths([(name, tau) for name, tau, _ in WIDTHS], pairs, snr)
    for place, (row, (_, _, label)) in enumerate(zip(widths, WIDTHS, strict=True)):
        axes.plot(pairs, row, label=label, **_style(place))
    axes.set(xscale="log", yscale="log", xlabel="stored pairs N", ylabel="key width d, entries")
    axes.set_title(f"width needed for an SNR of {snr:g}")
    axes.legend(fontsize=11)


def draw_memories(
    axes: Any, points: Sequence[Any], results: Sequence[Any], what: str = "mean"
) -> None:
    """1/SNR, or with `what` the retention, of every rule against the age of the pair read."""
    for place, (point, result) in enumerate(zip(points, results, strict=True)):
        ages = np.array(result["ages"]) + 1.0
        label = NAMES.get(point["rule"], point["rule"])
        if what == "retention":
            axes.plot(ages, result["retention"], label=label, **_style(place))
        else:
            _points(axes, ages, _for_log_axis(result), place, label)
    first = points[0]
    axes.set(xscale="log", xlabel="age of the pair, writes since + 1")
    if what == "retention":
        axes.set(ylabel="part of the value that comes back", ylim=(-0.05, 1.1))
    else:
        axes.set(yscale="log", ylim=(1e-4, 1e4), ylabel="noise/signal, 1/SNR")
    axes.set_title(f"width d = {first['dim']}, {first['writes']} writes")
    axes.legend(fontsize=10, ncols=2)


def overview(
    points: Sequence[Any],
    found: Sequence[Any],
    by_age: Sequence[Any],
    aged: Sequence[Any],
    snr: float,
) -> Any:
    """What `refmem capacity --plot` draws: all of its tables."""
    rows = 2 if by_age else 1
    with figure(rows, 2, width=6.5, height=5, squeeze=False) as (made, axes):
        draw_snr(axes[0, 0], points, found)
        draw_required(axes[0, 1], snr)
        if by_age:
            draw_memories(axes[1, 0], by_age, aged, "retention")
            draw_memories(axes[1, 1], by_age, aged)
            axes[1, 0].get_legend().remove()
    return made


def capacity_snr(watch: Watch) -> Any:
    """Noise over signal against the number of pairs."""
    points = studies.snr_points()
    with figure() as (made, axes):
        draw_snr(axes, points, sweep(studies.snr_at, points, watch=watch))
    return made


def capacity_required(watch: Watch) -> Any:
    """Required width against the number of pairs."""
    with figure() as (made, axes):
        draw_required(axes, 100)
    watch(1, 1)
    return made


def capacity_memories(watch: Watch) -> Any:
    """Retention and noise of whole memories, by age."""
    points = studies.memory_points()
    results = sweep(studies.memory_at, points, watch=watch)
    with figure(columns=2, width=7) as (made, axes):
        draw_memories(axes[0], points, results, "retention")
        draw_memories(axes[1], points, results)
        axes[0].get_legend().remove()
    return made


def capacity_entropy(watch: Watch) -> Any:
    """How many memories one query excites, against the temperature."""
    temperatures = [2.0**n for n in range(1, 8)]
    with figure() as (made, axes):
        for place, kernel in enumerate(("exp", "solu", "relu", "linear")):
            excited = [
                np.exp(kernel_entropy(kernel, pairs=512, dim=64, tau=tau).mean())
                for tau in temperatures
            ]
            axes.plot(temperatures, excited, label=NAMES[kernel], **_style(place))
            watch(place + 1, 4)
        axes.axvline(8, color="#888888", linestyle=":", linewidth=1.2, marker="")
        axes.annotate(r"$\sqrt{d}$", (7.6, 20), ha="right")
        axes.set(xscale="log", yscale="log", xlabel=r"temperature $\tau$, units of score")
        axes.set(ylabel="memories that answer, exp(entropy)", ylim=(0.8, 700))
        axes.set_title("512 pairs of width 64: one memory speaks, or all do")
        axes.legend(fontsize=11)
    return made


def capacity_hopfield(watch: Watch) -> Any:
    """Where retrieval from three Hopfield networks fails."""
    points = studies.hopfield_points()
    results = sweep(studies.hopfield_at, points, watch=watch)
    labels = {
        "classical": "classical, 64 neurons",
        "dense": "dense, power 3, 32 neurons",
        "modern": "modern, b = 1/2, 16 neurons",
    }
    with figure() as (made, axes):
        for place, (network, label) in enumerate(labels.items()):
            mine = [n for n, point in enumerate(points) if point["network"] == network]
            joined = {name: [results[n][name] for n in mine] for name in results[mine[0]]}
            _points(axes, [points[n]["patterns"] for n in mine], joined, place, label)
        axes.set(xscale="log", xlabel="stored patterns M", ylabel="chance of a wrong neuron")
        axes.set(ylim=(-0.02, 1.02), title="a flipped neuron, set once")
        axes.legend(fontsize=11)
    return made


FIGURES = {
    "capacity_snr": capacity_snr,
    "capacity_required": capacity_required,
    "capacity_memories": capacity_memories,
    "capacity_entropy": capacity_entropy,
    "capacity_hopfield": capacity_hopfield,
}
