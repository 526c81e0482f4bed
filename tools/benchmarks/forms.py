"""Forms of the linear rules against their definition: time as a ratio, memory beyond the outputs.

The unit of memory is heads * (chunk^2 + K V) numbers: what one chunk and one state need.
"""

from __future__ import annotations

import click
from rich.console import Console
from rich.progress import track
from rich.table import Table

import refmem
from refmem.memory import Result, StateRule
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
        table.add_row(rule.name, *_measured(rule, tokens, heads, width, chunk, runs))
    Console().print(table)


def _measured(
    rule: StateRule, tokens: int, heads: int, width: int, chunk: int, runs: int
) -> list[str]:
    x = inputs(rule, (heads,), T=tokens, K=width, V=width)

    def chunked() -> Result:
        return rule(**x, form="chunked", chunk=chunk)

    slow, fast = medians([lambda: rule(**x), chunked], runs)
    memory = (peak_bytes(chunked) - chunked().out.nbytes) / (8 * heads * (chunk**2 + width**2))
    return [f"{slow:.3f}", f"{fast:.3f}", f"{slow / fast:.2f}", f"{memory:.1f}"]
