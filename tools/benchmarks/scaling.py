"""The compiled gated delta rule as sequences grow, and on one thread and two; and its memory."""

from __future__ import annotations

import click
import numba
import numpy as np
from rich.console import Console
from rich.table import Table

import refmem
from tools.benchmarks.measure import inputs, medians, peak_bytes


@click.command()
@click.option("--longest", default=131072, show_default=True, help="tokens")
@click.option("--heads", default=4, show_default=True)
@click.option("--width", default=64, show_default=True, help="K and V")
@click.option("--runs", default=7, show_default=True)
def main(longest: int, heads: int, width: int, runs: int) -> None:
    """Time should be linear in T, and memory beyond inputs and outputs constant."""
    table = Table(title=f"gated_delta float32, {heads} heads, K = V = {width}, {threads()} threads")
    for column in ("T", "ms", "memory beyond the outputs, states a head"):
        table.add_column(column, justify="right")
    lengths = [longest // 16, longest // 8, longest // 4, longest // 2, longest]
    calls = [call_of(T, heads, width) for T in lengths]
    seconds = medians(calls, runs)
    for T, call, time in zip(lengths, calls, seconds, strict=True):
        states = beyond(call, heads, width)
        table.add_row(str(T), f"{1e3 * time:.1f}", f"{states:.2f}")
    exponent, _ = np.polyfit(np.log(lengths), np.log(seconds), 1)
    Console().print(table, f"time grows as T to the power {exponent:.3f}")
    if threads() > 1:
        call = call_of(2048, heads=8, width=128)  # smaller ones run on one thread
        share = efficiency(call, runs)
        Console().print(f"efficiency of two threads, 8 heads, K = V = 128: {share:.2f}")


def threads() -> int:
    """How many threads Numba has."""
    return int(numba.get_num_threads())


def call_of(T: int, heads: int, width: int):
    """A call of that many tokens."""
    x = inputs(refmem.gated_delta, (1, heads), T=T, K=width, V=width)
    x = {name: np.float32(array) for name, array in x.items()}
    return lambda: refmem.gated_delta(**x, form="fast")


def beyond(call, heads: int, width: int) -> float:
    """Peak memory of a call beyond its outputs, in float32 states a head."""
    result = call()
    outputs = result.out.nbytes + result.state.nbytes
    return (peak_bytes(call) - outputs) / (4 * heads * width**2)


def efficiency(call, runs: int) -> float:
    """Time on one thread over twice the time on two, alternating."""
    before = threads()

    def on(count: int) -> None:
        numba.set_num_threads(count)
        call()

    one, two = medians([lambda: on(1), lambda: on(2)], runs)
    numba.set_num_threads(before)
    return one / (2 * two)


if __name__ == "__main__":
    main()
