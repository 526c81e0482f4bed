"""The compiled gated delta rule as sequences grow, and on one thread and two; and its memory."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import click
import numba
import numpy as np
from rich.console import Console
from rich.table import Table

import refmem
from tools.benchmarks.correctness import narrow
from tools.benchmarks.measure import inputs, medians, peak_bytes


@click.command()
@click.option("--longest", default=131072, show_default=True, help="tokens")
@click.option("--heads", default=4, show_default=True)
@click.option("--width", default=64, show_default=True, help="K and V")
@click.option("--runs", default=7, show_default=True)
def main(longest: int, heads: int, width: int, runs: int) -> None:
    """Time should be linear in T, and memory beyond inputs and outputs constant; that of gradients
    grows as sqrt(T), as do both the states kept and the tokens run again from one."""
    table = Table(
        title=f"gated_delta float32, {heads} heads, K = V = {width}, {threads()} threads",
        caption="memory beyond inputs and outputs, in states a head",
    )
    for column in ("T", "ms", "memory", "memory of gradients"):
        table.add_column(column, justify="right")
    lengths = [longest // 16, longest // 8, longest // 4, longest // 2, longest]
    inputs_of = [narrow_inputs(T, heads, width) for T in lengths]
    seconds = medians([partial(forward, x) for x in inputs_of], runs, rest=0)
    for T, x, time in zip(lengths, inputs_of, seconds, strict=True):
        memory = (f"{beyond(partial(run, x), heads, width):.2f}" for run in (forward, backward))
        table.add_row(str(T), f"{1e3 * time:.1f}", *memory)
    exponent, _ = np.polyfit(np.log(lengths), np.log(seconds), 1)
    Console().print(table, f"time grows as T to the power {exponent:.3f}")
    if threads() > 1:
        x = narrow_inputs(2048, heads=8, width=128)  # smaller ones run on one thread
        share = efficiency(partial(forward, x), runs)
        Console().print(f"efficiency of two threads, 8 heads, K = V = 128: {share:.2f}")


def threads() -> int:
    """How many threads Numba has."""
    return int(numba.get_num_threads())


def narrow_inputs(T: int, heads: int, width: int) -> dict[str, np.ndarray]:
    """A call's inputs."""
    return narrow(inputs(refmem.gated_delta, (1, heads), T=T, K=width, V=width))


def forward(x: dict[str, np.ndarray]) -> tuple[Any, ...]:
    """Outputs and the last state."""
    return tuple(refmem.gated_delta(**x, form="fast"))


def backward(x: dict[str, np.ndarray]) -> tuple[Any, ...]:
    """Gradients of <v, outputs>."""
    return tuple(refmem.gated_delta.vjp(**x, dout=x["v"], form="fast"))


def beyond(call: Callable[[], tuple[Any, ...]], heads: int, width: int) -> float:
    """Peak memory of a call beyond what it returns, in float32 states a head."""
    returned = sum(part.nbytes for part in call() if part is not None)
    return (peak_bytes(call) - returned) / (4 * heads * width**2)


def efficiency(call: Callable[[], Any], runs: int) -> float:
    """Time on one thread over twice the time on two, alternating."""
    before = threads()

    def on(count: int) -> None:
        numba.set_num_threads(count)
        call()

    one, two = medians([lambda: on(1), lambda: on(2)], runs, rest=0)
    numba.set_num_threads(before)
    return one / (2 * two)


if __name__ == "__main__":
    main()
