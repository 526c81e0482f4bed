"""The command `refmem prove FUNCTION --rule RULE`."""

from __future__ import annotations

import sys
from typing import Any

import click

from refmem.commands.making import FACTS, facts_of, proof_options
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
from refmem.oracle.proof.prove import PROVEN, REFUTED, Proof, make_target, prove_target
from refmem.oracle.show.proofs import told
from refmem.oracle.targets.callable import PythonCallable
from refmem.oracle.targets.find import find_target
from refmem.oracle.targets.target import UnavailableError
from refmem.support.extras import MissingExtraError

NAMED = ("fla", "transformers")
"""Packages whose functions are array code."""

ASKED = ("shapes", "gradients", "timeout")
"""Options that say how a target is asked; the others say what it is."""


@click.command()
@click.argument("function")
@proof_options
@click.option("--shape", "shapes", multiple=True, help="Only this one, such as ordinary/4.")
@click.option("--grad", "gradients", is_flag=True, help="Its gradients, in place of its results.")
@click.option("--timeout", type=click.FloatRange(min=0, min_open=True), default=120.0,
              show_default=True, help="Seconds for one shape.")  # fmt: skip
def prove(function: str, **options: Any) -> None:
    """Prove that a function of torch, JAX or NumPy is a memory, for all numbers, or refute it.

    FUNCTION is package.module:function, or fla or transformers for theirs. Exit codes: 0 proven, 1
    refuted, 4 not decided.
    """
    if options["rule"] is None:
        raise click.UsageError(f"{function} needs --rule, because a function does not say its rule")
    asked = {name: options.pop(name) for name in ASKED}
    try:
        proofs = [_proof(target, asked) for target in _targets(function, options)]
    except (UnavailableError, MissingExtraError) as error:
        click.echo(f"refmem: {error}", err=True)
        sys.exit(UNAVAILABLE)
    verdicts = {proof.verdict for proof in proofs}
    sys.exit(DEPARTS if REFUTED in verdicts else CONFORMS if verdicts == {PROVEN} else UNDECIDED)


def _targets(function: str, options: dict[str, Any]) -> list[PythonCallable]:
    """The function, or those of a package that are the rule."""
    rule = options.pop("rule")
    if function in NAMED:
        parts: Any = choosing(find_target, function).parts
        found = [part for part in parts if rule in part.rules]
        if not found:
            known = sorted({name for part in parts for name in part.rules})
            raise click.UsageError(f"{function} has no {rule}, expected one of {', '.join(known)}")
        return found
    if ":" not in function:
        raise click.UsageError(
            f"function has name {function!r}, expected package.module:function, or one of "
            f"{', '.join(NAMED)}"
        )
    found_from_here(function, rule)
    facts = facts_of(options)
    told = {name: value for name, value in options.items() if name not in FACTS}
    return [choosing(make_target, function, rule, facts=facts, **told)]


def _proof(target: PythonCallable, asked: dict[str, Any]) -> Proof:
    """The verdict on a target, printed."""
    with watched(target.name, "shapes") as watch:
        proof: Proof = choosing(prove_target, target, watch=watch, **asked)
    console().print(told(proof), soft_wrap=True, markup=False, highlight=False)
    return proof
