"""The command `refmem mutants`."""

from __future__ import annotations

import sys

import click

from refmem.commands.terminal import CONFORMS, DEPARTS, choosing, console, found_from_here, watched
from refmem.oracle.explain.mutants.table import show_kills, try_gradients, try_mutants


@click.command()
@click.argument("rule", default="gated_delta")
@click.option("--seed", type=click.IntRange(min=0), help="Every regime with this seed alone.")
@click.option("--grad", "gradients", is_flag=True, help="Mutants of gradients instead.")
def mutants(rule: str, seed: int | None, gradients: bool) -> None:
    """Print which cases of RULE, a name or module:rule, kill which mutants.

    Exit code 1 if a mutant survives them all.
    """
    found_from_here(rule)
    with watched(rule, "cases") as watch:
        kills = choosing(
            try_gradients if gradients else try_mutants,
            rule,
            None if seed is None else [seed],
            watch,
        )
    survivors = show_kills(rule, kills, console())
    sys.exit(DEPARTS if survivors else CONFORMS)
