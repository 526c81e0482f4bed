"""What `refmem capacity` prints."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from rich.box import HORIZONTALS
from rich.table import Table

from refmem.studies.capacity.design import Design
from refmem.studies.capacity.required import max_pairs

ROUNDING = 1e-28
"""A ratio of powers below it is that of float64's rounding, whose relative size is 1e-16."""


def _table(title: str, *columns: str) -> Table:
    table = Table(title=title, title_justify="left", box=HORIZONTALS, pad_edge=False)
    for place, column in enumerate(columns):
        table.add_column(column, justify="left" if place == 0 else "right")
    return table


def snr_table(points: Sequence[dict[str, Any]], results: Sequence[dict[str, Any]]) -> Table:
    """1/SNR by kernel and number of pairs: theory beside the simulated interval."""
    first = points[0]
    tau = "sqrt(d)" if first["tau"] is None else f"{first['tau']:g}"
    title = f"1/SNR of a read, key width d = {first['dim']}, temperature {tau}"
    table = _table(title, "kernel", "pairs N", "theory", "simulated", "95 % interval")
    for point, result in zip(points, results, strict=True):
        low, high = max(result["low"], 0.0), result["high"]
        table.add_row(
            point["kernel"],
            f"{point['pairs']}",
            f"{result['theory']:.3g}",
            f"{result['mean']:.3g}{' *' if result['cold'] else ''}",
            f"{low:.3g} to {high:.3g}",
        )
    if any(result["cold"] for result in results):
        table.caption = "* so cold that this many pairs do not show the mean noise: too little"
    return table


def limits_table(kernels: Sequence[str], dim: int, tau: float | None, snr: float) -> Table:
    """How many pairs each kernel holds at an SNR, at this width and its double and quadruple."""
    widths = (dim, 2 * dim, 4 * dim)
    table = _table(
        f"pairs held at an SNR of {snr:g}", "kernel", *(f"d = {width}" for width in widths)
    )
    for kernel in kernels:
        held = (max_pairs(kernel, dim=width, snr=snr, tau=tau) for width in widths)
        table.add_row(kernel, *(_count(number) for number in held))
    return table


def _count(number: int) -> str:
    """A whole number as people read it: 12 029, or a power of ten beyond a million."""
    if number < 10**6:
        return f"{number}"
    power = len(str(number)) - 1
    return f"{number // 10 ** (power - 1) / 10:.1f}e{power}"


def design_table(found: Sequence[Design], budget: int, pairs: int) -> Table:
    """Feed-forward blocks within a budget of parameters, the clearest first."""
    table = _table(
        f"feed-forward blocks of at most {budget} parameters that store {pairs} pairs",
        "activation", "gated", "experts", "active", "width d", "flops a token", "1/SNR",
    )  # fmt: skip
    for one in found:
        table.add_row(
            one.activation,
            "yes" if one.gated else "no",
            *(f"{number}" for number in (one.experts, one.active, one.dim, one.flops)),
            f"{one.inverse_snr:.3g}",
        )
    return table


def _power(ratio: float) -> str:
    """A ratio of powers; 0 where only the rounding of float64 is left of it."""
    return f"{ratio:.2g}" if ratio > ROUNDING else "0"


def memory_table(points: Sequence[dict[str, Any]], results: Sequence[dict[str, Any]]) -> Table:
    """Retention and 1/SNR of each rule, for a recent, a middle and an old pair."""
    first = points[0]
    ages = first["ages"]
    middle = min(range(len(ages)), key=lambda place: abs(ages[place] - first["dim"]))
    places = sorted({0, middle, len(ages) - 1})
    table = _table(
        f"memories of width d = {first['dim']} after {first['writes']} writes of random unit keys:"
        " 1/SNR (what comes back of the value), by age",
        "rule",
        *(f"age {ages[place]}" for place in places),
    )
    for point, result in zip(points, results, strict=True):
        cells = (
            f"{_power(result['mean'][place])} ({result['retention'][place]:.2g})"
            for place in places
        )
        table.add_row(point["rule"], *cells)
    return table
