"""The command `refmem rules`."""

from __future__ import annotations

import re

import click
from rich.box import HORIZONTALS
from rich.table import Table
from rich.text import Text

from refmem.commands.terminal import console
from refmem.rules import RULES


@click.command()
def rules() -> None:
    """List the rules: name, equation, inputs, forms, source."""
    table = Table(show_lines=True, box=HORIZONTALS, pad_edge=False, expand=True)
    table.add_column("name, inputs, forms", width=28, overflow="fold")
    table.add_column("equation", ratio=1, overflow="fold")
    table.add_column("source", width=18, overflow="fold")
    for rule in RULES:
        inputs, forms = ", ".join(rule.inputs), rule.specification.forms or ", ".join(rule.forms)
        name = Text.assemble((rule.name, "bold"), "\n", inputs, "\n", (forms, "dim"))
        table.add_row(name, Text(_bare(rule.equation)), rule.source)
    console().print(table)


def _bare(equation: str) -> str:
    """An equation without the notes set off on its right."""
    return "\n".join(re.split(r" {4,}", line)[0] for line in equation.splitlines())
