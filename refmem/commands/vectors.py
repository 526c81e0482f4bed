"""The command `refmem vectors`."""

from __future__ import annotations

import sys

import click

from refmem.commands.terminal import DEPARTS, UNAVAILABLE, found_from_here, watched
from refmem.oracle.vectors.certified import UncertainError
from refmem.oracle.vectors.folder import VectorsError, read_vectors, write_vectors
from refmem.support.arguments import ChoiceError


@click.command()
@click.argument("rule", required=False)
@click.option("--out", help="A new or empty folder, written all at once.")
@click.option(
    "--format",
    "kind",
    type=click.Choice(["npz", "safetensors", "raw"]),
    default="npz",
    show_default=True,
    help="raw is little-endian numbers, which the manifest describes.",
)
@click.option("--case", "cases", multiple=True, help="Only this case; may be repeated.")
@click.option("--seed", "seeds", multiple=True, type=click.IntRange(min=0), help="Only this seed.")
@click.option(
    "--convention", default="refmem", show_default=True, help="Of the arrays: fla, onnx, ..."
)
@click.option("--verify", help="Check this folder instead of writing one.")
def vectors(
    rule: str | None,
    out: str | None,
    kind: str,
    cases: tuple[str, ...],
    seeds: tuple[int, ...],
    convention: str,
    verify: str | None,
) -> None:
    """Write golden vectors of RULE, a name or module:rule; or verify a folder of them.

    They are the same bytes on every machine.
    """

    if (rule is None or out is None) == (verify is None) or (verify and (rule or out)):
        raise click.UsageError("vectors: expected either RULE and --out DIR, or --verify DIR")
    found_from_here(rule)
    try:
        if verify is not None:
            click.echo(f"{verify}: {len(read_vectors(verify))} files are as they were written")
            return
        with watched(str(rule), "cases") as watch:
            manifest = write_vectors(
                str(rule),
                str(out),
                kind,
                cases=cases,
                seeds=seeds,
                convention=convention,
                watch=watch,
            )
    except ChoiceError as error:
        raise click.UsageError(str(error)) from error
    except (VectorsError, UncertainError, OSError) as error:
        click.echo(f"refmem: {error}", err=True)
        sys.exit(DEPARTS)
    except ImportError as error:
        click.echo(f"refmem: {error}", err=True)
        sys.exit(UNAVAILABLE)
    beside = f", {len(manifest['left_out'])} cases left out" if manifest["left_out"] else ""
    click.echo(f"{out}: {len(manifest['files'])} files and manifest.json{beside}")
