"""The compiled form against others' CPU implementations: how many times faster, side by side.

Runs of both sides alternate, and medians are compared. A side counts only if it is right, by the
rule in `correctness`. A package that is not there is a row that says so. torch's peers are the
references in flash-linear-attention (fla) and transformers that run without a GPU; they compute in
float32. Kernels are compiled anew, so that a first call shows what that takes.
"""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable
from functools import partial
from typing import Any, NamedTuple

import click
import numba
import numpy as np
from rich.console import Console
from rich.progress import track
from rich.table import Table

import refmem
from tools.benchmarks.correctness import Truth, narrow
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
    truth         what both should return
    target        times as fast as theirs, at least
    """

    name: str
    ours: Callable[[], Call]
    theirs: Callable[[], Call]
    truth: Truth
    target: float


def linear_rows(sizes: dict[str, int], lead: tuple[int, ...]) -> list[Row]:
    """Every linear rule against every torch reference of it; gated delta against ONNX Runtime."""
    names = {"gated_delta", *(peer.rule for peer in PEERS)}
    truths = {name: truth_of(getattr(refmem, name), sizes, lead) for name in names}

    def fast(rule: str, x: dict[str, Any]) -> Callable[[], Call]:
        return lambda: lambda: getattr(refmem, rule)(**x, form="fast").out

    gated = truths["gated_delta"]
    rows = [
        Row(
            f"gated_delta {dtype}, ONNX Runtime float32",
            fast("gated_delta", x),
            lambda: onnxruntime_call(narrow(gated.x)),
            gated,
            least,
        )
        for dtype, x, least in (("float32", narrow(gated.x), 1.0), ("float64", gated.x, 0.5))
    ]
    for peer in PEERS:
        truth = truths[peer.rule]
        x = narrow(truth.x)
        name = f"{peer.rule}, {peer.package} {peer.function}"
        rows.append(Row(name, fast(peer.rule, x), partial(peer_call, peer, x), truth, 3.0))
    return rows


def truth_of(rule: Any, sizes: dict[str, int], lead: tuple[int, ...]) -> Truth:
    """A linear rule's definition on typical inputs."""
    return Truth(lambda x: rule(**x).out, inputs(rule, lead, **sizes))


def other_rows(sizes: dict[str, int], lead: tuple[int, ...]) -> list[Row]:
    """Gradients, softmax attention and DeltaFormer, whose queries read what fla's erases.

    Where the definition would take too long, another form stands for it that laws hold to it.
    """
    gated = inputs(refmem.gated_delta, lead, **sizes)
    soft = inputs(refmem.softmax_attention, lead, **sizes)
    former = soft | {"beta": inputs(refmem.delta, lead, **sizes)["beta"], "w": soft["q"]}

    def gradient(x: dict[str, Any], form: str) -> np.ndarray:
        return refmem.gated_delta.vjp(**x, dout=x["v"], form=form).k

    return [
        Row(
            "gated_delta forward + backward float32, torch autograd on fla's chunk",
            lambda: partial(gradient, narrow(gated), "fast"),
            lambda: autograd_call(narrow(gated)),
            Truth(lambda x: gradient(x, "chunked"), gated),
            3.0,
        ),
        Row(
            "softmax_attention float64, torch scaled_dot_product_attention",
            lambda: lambda: refmem.softmax_attention(**soft, form="fast").out,
            lambda: sdpa_call(soft),
            Truth(lambda x: refmem.softmax_attention(**x).out, soft),
            1.0,
        ),
        Row(
            "deltaformer float32, fla naive_deltaformer_attn",
            lambda: lambda: refmem.deltaformer(**narrow(former), form="fast").out,
            lambda: deltaformer_of_fla(narrow(former)),
            Truth(lambda x: refmem.deltaformer(**x, form="chunked").out, former),
            20.0,
        ),
    ]


def measure(row: Row, runs: int) -> tuple[str, ...]:
    """The cells of a row of the table."""
    start = time.perf_counter()
    ours = row.ours()
    got = ours()
    first = f"{time.perf_counter() - start:.2f}"
    try:
        theirs = row.theirs()
    except MissingError as missing:
        return row.name, "", "", "", "", first, str(missing)
    for side, out in (("ours", got), ("theirs", theirs())):
        if complaint := row.truth.complaint(out):
            return row.name, "", "", "", "", first, f"{side} {complaint}"
    mine, peer = medians([ours, theirs], runs)
    verdict = "reached" if peer / mine >= row.target else "missed"
    return (
        row.name,
        f"{1e3 * mine:.1f}",
        f"{1e3 * peer:.1f}",
        f"{peer / mine:.2f}",
        f"{row.target:g}",
        first,
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
    with tempfile.TemporaryDirectory() as empty:
        numba.config.CACHE_DIR = empty
        for row in track(rows, console=Console(stderr=True)):
            table.add_row(*measure(row, runs))
    Console(width=150).print(table)
