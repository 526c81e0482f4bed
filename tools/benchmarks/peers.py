"""The compiled form against others' CPU implementations: how many times faster, side by side.

Runs of both sides alternate, and medians are compared. A side counts only if it is right: no more
than 100 times as far from the float64 definition as refmem's own float32 run. A package that is not
there is a row that says so. torch's peers are the references in flash-linear-attention (fla) and
transformers that run without a GPU; they compute in float32.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from functools import partial
from typing import Any, NamedTuple

import click
import numpy as np
from rich.console import Console
from rich.progress import track
from rich.table import Table

import refmem
from tools.benchmarks.foreign import (
    PEERS,
    MissingError,
    autograd_call,
    deltaformer_of_fla,
    onnxruntime_call,
    peer_call,
    sdpa_call,
)
from tools.benchmarks.measure import inputs, medians

Call = Callable[[], np.ndarray]


class Row(NamedTuple):
    """Two sides of one comparison: each a function without arguments, made on demand.

    ours, theirs  () -> the call to time, which returns outputs
    truth         () -> the outputs in float64, by the definition
    target        times as fast as theirs, at least
    """

    name: str
    ours: Callable[[], Call]
    theirs: Callable[[], Call]
    truth: Callable[[], np.ndarray]
    target: float


def narrow(x: dict[str, Any]) -> dict[str, Any]:
    """The same inputs in float32."""
    return {name: np.float32(array) for name, array in x.items()}


def linear_rows(sizes: dict[str, int], lead: tuple[int, ...]) -> list[Row]:
    """Every linear rule against every torch reference of it; gated delta against ONNX Runtime."""
    rows = []
    gated = inputs(refmem.gated_delta, lead, **sizes)

    def truth_of(rule: Any, x: dict[str, Any]) -> Callable[[], np.ndarray]:
        return lambda: rule(**x).out

    def ours_of(rule: Any, x: dict[str, Any]) -> Callable[[], Call]:
        return lambda: lambda: rule(**x, form="fast").out

    for dtype, least in (("float32", 1.0), ("float64", 0.5)):
        x = narrow(gated) if dtype == "float32" else gated
        rows.append(
            Row(
                f"gated_delta {dtype}, ONNX Runtime float32",
                ours_of(refmem.gated_delta, x),
                lambda: onnxruntime_call(narrow(gated)),
                truth_of(refmem.gated_delta, gated),
                least,
            )
        )
    for peer in PEERS:
        rule = getattr(refmem, peer.rule)
        x = inputs(rule, lead, **sizes)
        theirs = partial(peer_call, peer, narrow(x))
        name = f"{peer.rule}, {peer.package} {peer.function}"
        rows.append(Row(name, ours_of(rule, narrow(x)), theirs, truth_of(rule, x), 3.0))
    return rows


def other_rows(sizes: dict[str, int], lead: tuple[int, ...]) -> list[Row]:
    """Gradients, softmax attention and DeltaFormer, whose queries read what fla's erases."""
    gated = inputs(refmem.gated_delta, lead, **sizes)
    soft = inputs(refmem.softmax_attention, lead, **sizes)
    former = soft | {"beta": inputs(refmem.delta, lead, **sizes)["beta"], "w": soft["q"]}

    def gradient(x: dict[str, Any], form: str) -> np.ndarray:
        return refmem.gated_delta.vjp(**x, dout=x["v"], form=form).k

    def forward_and_gradient() -> np.ndarray:
        return gradient(narrow(gated), "fast")

    return [
        Row(
            "gated_delta forward + backward float32, torch autograd on fla's chunk",
            lambda: forward_and_gradient,
            lambda: autograd_call(narrow(gated)),
            lambda: gradient(gated, "chunked"),
            3.0,
        ),
        Row(
            "softmax_attention float64, torch scaled_dot_product_attention",
            lambda: lambda: refmem.softmax_attention(**soft, form="fast").out,
            lambda: sdpa_call(soft),
            lambda: refmem.softmax_attention(**soft).out,
            1.0,
        ),
        Row(
            "deltaformer float32, fla naive_deltaformer_attn",
            lambda: lambda: refmem.deltaformer(**narrow(former), form="fast").out,
            lambda: deltaformer_of_fla(narrow(former)),
            lambda: refmem.deltaformer(**former, form="chunked").out,
            20.0,
        ),
    ]


def measure(row: Row, runs: int) -> tuple[str, ...]:
    """The cells of a row of the table."""
    start = time.perf_counter()
    ours = row.ours()
    got = ours()
    first = time.perf_counter() - start
    try:
        theirs = row.theirs()
    except MissingError as missing:
        return row.name, "", "", "", "", f"{first:.2f}", str(missing)
    truth = row.truth()
    our_error, their_error = (np.abs(x - truth).max() for x in (got, theirs()))
    own = max(our_error, np.finfo(np.float32).eps * np.abs(truth).max())
    if not max(our_error, their_error) <= 100 * own:
        return row.name, "", "", "", "", f"{first:.2f}", f"differs by {their_error:.1e}"
    mine, peer = medians([ours, theirs], runs)
    verdict = "reached" if peer / mine >= row.target else "missed"
    return (
        row.name,
        f"{1e3 * mine:.1f}",
        f"{1e3 * peer:.1f}",
        f"{peer / mine:.2f}",
        f"{row.target:g}",
        f"{first:.2f}",
        verdict,
    )


@click.command()
@click.option("--tokens", default=2048, show_default=True)
@click.option("--heads", default=8, show_default=True)
@click.option("--width", default=128, show_default=True, help="K and V")
@click.option("--runs", default=7, show_default=True)
@click.option("--only", default="", help="only rows whose name has this in it")
def main(tokens: int, heads: int, width: int, runs: int, only: str) -> None:
    """Seconds of both sides and their ratio; the first call of ours includes compiling it."""
    table = Table(title=f"B = 1, H = {heads}, T = {tokens}, K = V = {width}")
    columns = ("what, against whom", "ours ms", "theirs ms", "times faster", "target")
    for column in (*columns, "first call s", ""):
        table.add_column(column, justify="left" if column in (columns[0], "") else "right")
    sizes, lead = {"T": tokens, "K": width, "V": width}, (1, heads)
    rows = [r for r in linear_rows(sizes, lead) + other_rows(sizes, lead) if only in r.name]
    for row in track(rows, console=Console(stderr=True)):
        table.add_row(*measure(row, runs))
    Console(width=150).print(table)
