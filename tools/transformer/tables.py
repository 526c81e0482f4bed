"""A study for the terminal: one line for each head, one for each layer's weights."""

from __future__ import annotations

from itertools import groupby

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table

from tools.transformer.study import Study

HEADS_LEGEND = (
    "length: of a key, root mean square. directions: that keys vary in, of {width}. temperature: "
    "the one really used, over sqrt({width}). answering: keys that answer a query. SNR: signal "
    "over noise of the memory read with its own keys, the median; of the real keys and values, of "
    "Gaussian ones of the same mean and covariance (shaped), and of Gaussian ones alike in every "
    "direction with keys as long (isotropic)."
)
WEIGHTS_LEGEND = (
    "active: pairs that a token excites, on average. entropy: of their shares, in nats. answering: "
    "exp of it, so many pairs that answer alike."
)


def show(found: Study, console: Console) -> None:
    """Print both tables, each with what its columns mean."""
    tokens = ", ".join(str(count) for count in found.windows)
    console.print(_heads(found, f"contexts, each a memory of the tokens read: {tokens}"))
    console.print(HEADS_LEGEND.format(width=found.width), style="dim")
    console.print()
    console.print(_weights(found))
    console.print(WEIGHTS_LEGEND, style="dim")


def _heads(found: Study, title: str) -> Table:
    table = _table(title)
    for name in ("layer", "head", "length", "directions", "temperature", "answering"):
        table.add_column(name, justify="right", no_wrap=True)
    for name in ("SNR", "shaped", "isotropic"):
        table.add_column(name, justify="right", no_wrap=True)
    for _, heads in groupby(found.heads, lambda head: head.layer):
        for layer, head, *numbers in heads:
            table.add_row(str(layer), str(head), *(f"{number:.3g}" for number in numbers))
        table.add_section()
    return table


def _weights(found: Study) -> Table:
    table = _table("weights, one memory for each layer")
    for name in ("layer", "pairs", "active", "entropy", "answering"):
        table.add_column(name, justify="right")
    for layer, pairs, active, entropy, answering in found.weights:
        table.add_row(str(layer), str(pairs), f"{active:.0f}", f"{entropy:.2f}", f"{answering:.0f}")
    return table


def _table(title: str) -> Table:
    return Table(title=title, box=SIMPLE_HEAD, title_justify="left", pad_edge=False)
