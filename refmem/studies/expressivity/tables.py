"""What `refmem expressivity` prints."""

from __future__ import annotations

from typing import Any

from rich.box import HORIZONTALS
from rich.console import Console
from rich.table import Table
from rich.text import Text

from refmem.studies.expressivity import robustness as in_few_bits
from refmem.studies.expressivity.report import sentence, word
from refmem.studies.expressivity.rows import Grants
from refmem.studies.expressivity.table import Cell

MEANINGS = {
    "blind": "what is read does not know the order of the tokens: another order, another answer, "
    "the same read (derivations/expressivity/sums.py)",
    "additive": "outputs are sums over tokens, and words of both answers have the same sums "
    "(derivations/expressivity/sums.py)",
    "degree": "H heads read H quotients, weighed by all denominators each is of degree H in the "
    "letters, and words of H + 1 letters read the same on average for every answer "
    "(derivations/expressivity/heads.py); of any constant depth it is in TC0: Merrill and "
    "Sabharwal 2023, arXiv:2207.00729",
    "positive": "gates that are never negative: words of one letter more than there are channels "
    "leave the same memory on average for every answer (derivations/expressivity/gates.py); "
    "diagonal decay is in TC0 at any constant depth: Merrill et al. 2024, arXiv:2404.08819",
    "turning": "one token again and again, and what is read turns no more often than there are "
    "channels (derivations/expressivity/turning.py); Grazzi et al. 2024, arXiv:2411.12537",
    "fading": "what tells two words apart fades under later tokens "
    "(derivations/expressivity/fading.py)",
    "open": "neither a program nor a proof here",
}
"""What the words of the table mean."""


def show_table(cells: list[list[Cell]], grants: Grants, printed: Console) -> None:
    """A line a task and a column a rule, what the words in it mean, and what all rules may use."""
    table = Table(box=HORIZONTALS, pad_edge=False, padding=(0, 1, 0, 0))
    table.add_column("task", no_wrap=True)
    for cell in cells[0]:
        table.add_column(cell.row.heading)
    for line in cells:
        table.add_row(line[0].task.name, *map(_entry, line))
    printed.print(table)
    printed.print(Text(str(grants)))
    printed.print(
        Text(
            "a number: exact after every token with so many numbers kept, in all heads (T: for "
            "every token); x n: n steps a token"
        )
    )
    words = {word(cell) for line in cells for cell in line}
    for one in sorted(words & MEANINGS.keys()):
        printed.print(Text.assemble((one, "bold"), ": ", MEANINGS[one]))
    for task in dict.fromkeys(line[0].task for line in cells):
        printed.print(Text(f"{task.name}: {task.complexity}", style="dim"))


def _entry(cell: Cell) -> Text:
    styles = {"exact": "green", "impossible": "red", "open": "yellow", "wrong": "bold red"}
    return Text(word(cell), style=styles[cell.verdict])


def show_details(cells: list[list[Cell]], printed: Console) -> None:
    """A sentence for every cell."""
    for line in cells:
        printed.print(Text(f"\n{line[0].task.name}", style="bold"))
        for cell in line:
            printed.print(Text(f"  {cell.row.name}: {sentence(cell)}"))


def show_robustness(found: list[dict[str, Any]], printed: Console) -> None:
    """A line a program and precision, and a column a size."""
    sizes = sorted({point["n"] for point in found})
    steps = {(point["program"], point["precision"], point["n"]): point["steps"] for point in found}
    table = Table(
        title="tokens answered rightly before the first error", box=HORIZONTALS, pad_edge=False
    )
    for heading in ("program", "precision", *(f"n = {n}" for n in sizes)):
        table.add_column(heading, justify="right" if heading.startswith("n =") else "left")
    for program, precision in dict.fromkeys(key[:2] for key in steps):
        row = (steps.get((program, precision, n)) for n in sizes)
        table.add_row(program, precision, *("" if x is None else str(x) for x in row))
    printed.print(table)
    printed.print(
        Text(f"n: things whose swaps are tracked; {in_few_bits.STEPS}: no error by the end")
    )
