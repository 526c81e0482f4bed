"""Every rule in every form at one size: seconds, and peak memory beyond inputs and outputs."""

from __future__ import annotations

import functools
import time

import click
from rich.console import Console
from rich.progress import track
from rich.table import Table

import refmem
from tools.benchmarks.measure import inputs, peak_bytes


@click.command()
@click.option("--tokens", default=2048, show_default=True)
@click.option("--heads", default=4, show_default=True)
@click.option("--width", default=64, show_default=True, help="K and V")
@click.option("--rule", "names", multiple=True, help="only these rules")
def main(tokens: int, heads: int, width: int, names: tuple[str, ...]) -> None:
    """One run of each rule and form, float64."""
    table = Table(title=f"float64, T = {tokens}, {heads} heads, K = V = {width}")
    for column in ("rule", "form", "seconds", "peak MiB"):
        table.add_column(column, justify="left" if column in ("rule", "form") else "right")
    chosen = [rule for rule in refmem.RULES if not names or rule.name in names]
    for rule in track(chosen, console=Console(stderr=True)):
        x = inputs(rule, (heads,), T=tokens, K=width, V=width)
        for form in rule.forms:
            call = functools.partial(rule, **x, form=form)
            start = time.perf_counter()
            call()
            seconds = time.perf_counter() - start
            table.add_row(rule.name, form, f"{seconds:.2f}", f"{peak_bytes(call) / 2**20:.1f}")
    Console().print(table)
