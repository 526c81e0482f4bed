"""Forms of the linear rules against their definition: time as a ratio, memory beyond the outputs.

The unit of memory is heads * (chunk^2 + K V) numbers: what one chunk and one state need.
"""

from __future__ import annotations

import click
from rich.console import Console
from rich.progress import track
from rich.table import Table

import refmem
from refmem.memory import StateRule
from tools.benchmarks.measure import inputs, medians, peak_bytes


@click.command()
@click.option("--tokens", default=4096, show_default=True)
@click.option("--heads", default=8, show_default=True)
@click.option("--width", default=64, show_default=True, help="K and V")
@click.option("--chunk", default=32, show_default=True)
@click.option("--runs", default=5, show_default=True)
def main(tokens: int, heads: int, width: int, chunk: int, runs: int) -> None:
    """Recurrent against chunked, float64."""
    table = Table(title=f"float64, T = {tokens}, {heads} heads, K = V = {width}, chunk = {chunk}")
    for column in ("rule", "recurrent s", "chunked s", "recurrent / chunked", "memory, units"):
        table.add_column(column, justify="left" if column == "rule" else "right")
    linear = [r for r in refmem.RULES if isinstance(r, StateRule) and "chunked" in r.forms]
    for rule in track(linear, console=Console(stderr=True)):
        x = inputs(rule, (heads,), T=tokens, K=width, V=width)
        recurrent, chunked = medians(
            [lambda: rule(**x), lambda: rule(**x, form="chunked", chunk=chunk)], runs
        )
        result = rule(**x, form="chunked", chunk=chunk)
        peak = peak_bytes(lambda: rule(**x, form="chunked", chunk=chunk))
        unit = 8 * heads * (chunk**2 + width**2)
        table.add_row(
            rule.name,
            f"{recurrent:.3f}",
            f"{chunked:.3f}",
            f"{recurrent / chunked:.2f}",
            f"{(peak - result.out.nbytes) / unit:.1f}",
        )
    Console().print(table)
