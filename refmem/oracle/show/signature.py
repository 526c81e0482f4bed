"""Print what a function will be called with, and what it must return."""

from __future__ import annotations

from collections.abc import Iterable

from rich.console import Console
from rich.table import Table

from refmem.oracle.border.signature import Described, Row


def show_call(call: Described, console: Console) -> None:
    """A line an argument, a line a result, and what no shape says."""
    console.print("It is called by name with", highlight=False)
    console.print(_table(call.arguments))
    console.print("and returns", highlight=False)
    console.print(_table(row._replace(needed=True) for row in call.returns))
    for note in call.notes:
        console.print(note, highlight=False, soft_wrap=True)


def _table(rows: Iterable[Row]) -> Table:
    table = Table.grid(padding=(0, 2, 0, 0))
    for row in rows:
        says = row.says if row.needed or not row.shape else f"{row.says}; not in every call"
        table.add_row(f"    {row.name}", row.shape, row.dtype, says)
    return table
