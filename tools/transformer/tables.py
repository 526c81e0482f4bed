"""A study for the terminal: a line for each head, and one for each layer's weights."""

from __future__ import annotations

from itertools import groupby
from statistics import median

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table

from tools.transformer.study import Study

COLUMNS = (
    ("length", "key_length", ".3g"),
    ("directions", "directions", ".3g"),
    ("temperature", "temperature", ".3g"),
    ("answering", "answering", ".3g"),
    ("SNR", "snr", ".2g"),
    ("shaped", "snr_shaped", ".2g"),
    ("isotropic", "snr_isotropic", ".2g"),
)
"""A head's numbers: name of the column, field of a `Head`, format."""

HEADS_LEGEND = (
    "length: of a key, root mean square. directions: that keys vary in, of {width}. temperature: "
    "the one really used, over sqrt({width}). answering: keys that answer a query. SNR: signal "
    "over noise of the memory read with its own keys, the median; of the real keys and values, of "
    "Gaussian ones of the same mean and covariance (shaped), and of Gaussian ones alike in every "
    "direction with keys as long (isotropic). loudest: where the key that answers loudest is most "
    "often, from the token that asks, and for how many of the tokens."
)
WEIGHTS_LEGEND = (
    "active: pairs that a token excites, on average. entropy: of their shares, in nats. answering: "
    "exp of it, so many pairs that answer alike."
)


def show(found: Study, console: Console) -> None:
    """Print both tables, each with what its columns mean."""
    console.print(_heads(found))
    console.print(HEADS_LEGEND.format(width=found.width), style="dim")
    console.print()
    console.print(_weights(found))
    console.print(WEIGHTS_LEGEND, style="dim")


def _heads(found: Study) -> Table:
    fewest, most = min(found.windows), max(found.windows)
    title = f"contexts: memories of {len(found.windows)} windows of {fewest} to {most} tokens"
    columns = ("layer", "head", *(name for name, _, _ in COLUMNS), "loudest")
    table = _table(title, columns)
    for layer, heads in groupby(found.heads, lambda head: head.layer):
        of_layer = list(heads)
        for head in of_layer:
            numbers = [format(getattr(head, field), form) for _, field, form in COLUMNS]
            loudest = f"{head.offset:+d} {head.constancy:4.0%}"
            table.add_row(str(layer), str(head.head), *numbers, loudest)
        medians = [
            format(median(getattr(head, field) for head in of_layer), form)
            for _, field, form in COLUMNS
        ]
        table.add_row(str(layer), "median", *medians, style="bold", end_section=True)
    return table


def _weights(found: Study) -> Table:
    columns = ("layer", "pairs", "active", "entropy", "answering")
    table = _table("weights: one memory for each layer", columns)
    for layer, pairs, active, entropy, answering in found.weights:
        table.add_row(str(layer), str(pairs), f"{active:.0f}", f"{entropy:.2f}", f"{answering:.0f}")
    return table


def _table(title: str, columns: tuple[str, ...]) -> Table:
    table = Table(title=title, title_justify="left", box=SIMPLE_HEAD, padding=(0, 1, 0, 0))
    for name in columns:
        table.add_column(name, justify="right", no_wrap=True)
    return table
