"""The command `refmem prove module:function --rule RULE`."""

from __future__ import annotations

import sys
from typing import Any

import click

from refmem import oracle
from refmem.commands.making import proof_options
from refmem.commands.terminal import (
    CONFORMS,
    DEPARTS,
    UNAVAILABLE,
    UNDECIDED,
    choosing,
    console,
    found_from_here,
    watched,
)
from refmem.oracle.proof.prove import PROVEN, REFUTED
from refmem.oracle.show.proofs import told
from refmem.oracle.targets.target import UnavailableError
from refmem.support.extras import MissingExtraError


@click.command()
@click.argument("function")
@proof_options
@click.option("--shape", "shapes", multiple=True, help="Only this one, such as ordinary/4.")
@click.option("--grad", "gradients", is_flag=True, help="Its gradients, in place of its results.")
@click.option("--seconds", type=click.FloatRange(min=0, min_open=True), default=120.0,
              show_default=True, help="That one shape may take.")  # fmt: skip
def prove(function: str, **options: Any) -> None:
    """Prove that a function of torch, JAX or NumPy is a memory, for all numbers, or refute it.

    FUNCTION is package.module:function. Exit codes: 0 proven, 1 refuted, 4 not decided.
    """
    rule = options.pop("rule")
    if ":" not in function:
        raise click.UsageError(f"function has name {function!r}, expected package.module:function")
    if rule is None:
        raise click.UsageError(f"{function} needs --rule, because a function does not say its rule")
    found_from_here(function, rule)
    try:
        with watched(function, "shapes") as watch:
            proof = choosing(oracle.prove, function, rule, watch=watch, **options)
    except (UnavailableError, MissingExtraError) as error:
        click.echo(f"refmem: {error}", err=True)
        sys.exit(UNAVAILABLE)
    console().print(told(proof), soft_wrap=True, markup=False, highlight=False)
    sys.exit({PROVEN: CONFORMS, REFUTED: DEPARTS}.get(proof.verdict, UNDECIDED))
