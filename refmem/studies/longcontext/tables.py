"""What the command prints."""

from __future__ import annotations

import math
from collections.abc import Sequence

from rich.box import HORIZONTALS
from rich.table import Table
from rich.text import Text

from refmem.studies.estimates import Estimate
from refmem.studies.longcontext.convergence import APPROACHES, Convergence
from refmem.studies.longcontext.memories import Memory
from refmem.studies.longcontext.settings import of_memory
from refmem.studies.longcontext.streams import Position
from refmem.studies.longcontext.tracking import Track


def table_of_limits(studies: Sequence[Convergence]) -> Table:
    """Mean squared distance from the limit at every T, theory below it, and the power of T."""
    table = _table("E |S[T] - S*|^2")
    for time in studies[0].times:
        table.add_column(f"T = {time}", justify="right")
    table.add_column("power of T", justify="right")
    for study in studies:
        approach = APPROACHES[study.name]
        theory = approach.theory
        expected = [theory(T) if theory else None for T in study.times]
        cells = [_cell(one, known) for one, known in zip(study.distances, expected, strict=True)]
        power = Text.assemble(
            f"{study.power.value:.2f} ± {study.power.half_width:.2g}",
            "\n",
            (f"{approach.power:g}", "dim"),
        )
        table.add_row(study.name, *cells, power)
    return table


def table_of_tracks(tracks: Sequence[Track]) -> Table:
    """Mean squared error at every T, a column a memory, theory below it."""
    table = _table("E |S[T] - W[T]|^2")
    for one in tracks:
        table.add_column(one.memory.name, justify="right")
    for place, time in enumerate(tracks[0].times):
        theory = [None if one.theory is None else one.theory[place] for one in tracks]
        cells = [_cell(one.measured[place], t) for one, t in zip(tracks, theory, strict=True)]
        table.add_row(f"T = {time}", *cells)
    return table


def table_of_octaves(position: Position) -> Table:
    """The errors at the ends of chunks, an octave of T a row."""
    table = _table("T")
    for name in ("chunks", "mean |S - W|^2", "deviation", "least", "greatest"):
        table.add_column(name, justify="right")
    for place, one in enumerate(position.octaves):
        if one.n:
            numbers = (one.mean, one.deviation, one.least, one.greatest)
            told = ["" if math.isnan(x) else f"{x:.4g}" for x in numbers]
            table.add_row(f"{2**place} ... {2 ** (place + 1) - 1}", str(one.n), *told)
    return table


def gates_of(memory: Memory) -> str:
    """A memory's name and gates: "gated_delta: alpha 0.99, beta 0.12"."""
    gates = of_memory(memory)
    name = gates.pop("name")
    return f"{name}: " + (", ".join(f"{n} {x:.4g}" for n, x in gates.items()) or "no gates")


def _table(first: str) -> Table:
    table = Table(box=HORIZONTALS, pad_edge=False)
    table.add_column(first)
    return table


def _cell(measured: Estimate, theory: float | None) -> Text:
    """The measured number, its interval in percent; in dim below what theory says, if anything."""
    below = "" if theory is None else f"{theory:.3g}"
    percent = 100 * measured.half_width / measured.value
    return Text.assemble(f"{measured.value:.3g} ±{percent:.0f}%", "\n", (below, "dim"))
