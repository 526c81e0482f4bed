"""The command line: `refmem rules`, `show NAME`, `check TARGET`, `mutants`, `vectors RULE`,
and the studies `capacity`, `expressivity` and `longcontext`.

Exit codes: 0 conforms, 1 does not, 2 wrong usage (one line says what), 3 the target cannot run,
130 stopped by hand.
"""

from __future__ import annotations

import ast
import importlib.metadata
import inspect
import re
import sys
from typing import Any

import click
from rich.box import HORIZONTALS
from rich.syntax import Syntax
from rich.table import Table
from rich.text import Text

import refmem
from refmem import links
from refmem.capacity.command import capacity
from refmem.checking import check, mutants
from refmem.expressivity.command import expressivity
from refmem.longcontext.command import longcontext
from refmem.signature import nearest_name
from refmem.terminal import DEPARTS, INTERRUPTED, UNAVAILABLE, USAGE, console, watched


class OneLineErrors(click.Group):
    """A command line whose usage errors are one line, and its end by Ctrl-C too."""

    def main(self, *args: Any, **extra: Any) -> Any:
        try:
            return super().main(*args, **extra | {"standalone_mode": False})
        except click.exceptions.NoArgsIsHelpError as help_text:
            click.echo(help_text.format_message())
            sys.exit(USAGE)
        except click.ClickException as error:
            click.echo(f"refmem: {' '.join(error.format_message().split())}", err=True)
            sys.exit(USAGE)

    def invoke(self, context: click.Context) -> Any:
        try:
            return super().invoke(context)
        except KeyboardInterrupt:
            click.echo("refmem: stopped before the end", err=True)
            sys.exit(INTERRUPTED)

    def resolve_command(self, context: click.Context, args: list[str]) -> Any:
        if args and self.get_command(context, args[0]) is None:
            known = self.list_commands(context)
            raise click.UsageError(
                f"no command {args[0]!r}, expected one of {', '.join(known)}"
                f"{nearest_name(args[0], known)}"
            )
        return super().resolve_command(context, args)


@click.group(cls=OneLineErrors)
@click.version_option(importlib.metadata.version("refmem"), prog_name="refmem")
def main() -> None:
    """The ground truth for associative memories in sequence models."""


@main.command()
def rules() -> None:
    """List the rules: name, equation, inputs, forms, source."""
    table = Table(show_lines=True, box=HORIZONTALS, pad_edge=False, expand=True)
    table.add_column("name, inputs, forms", width=28, overflow="fold")
    table.add_column("equation", ratio=1, overflow="fold")
    table.add_column("source", width=18, overflow="fold")
    for rule in refmem.RULES:
        inputs, forms = ", ".join(rule.inputs), rule.specification.forms or ", ".join(rule.forms)
        name = Text.assemble((rule.name, "bold"), "\n", inputs, "\n", (forms, "dim"))
        table.add_row(name, Text(_bare(rule.equation)), rule.source)
    console().print(table)


@main.command()
@click.argument("name")
def show(name: str) -> None:
    """Print a rule: its specification, call and source, and where it is proven and tested."""
    named = {rule.name: rule for rule in refmem.RULES}
    if name not in named:
        raise click.UsageError(
            f"no rule {name!r}, expected a name that `refmem rules` lists"
            f"{nearest_name(name, named)}"
        )
    source = inspect.getsource(sys.modules[named[name].__module__])
    after_docstring = ast.parse(source).body[0].end_lineno or 0
    code = "\n".join(source.splitlines()[after_docstring:])
    printed = console()
    printed.print(Text(named[name].name, style="bold"))
    printed.print(Text(inspect.cleandoc(named[name].__doc__ or "")))
    printed.print()
    printed.print(Syntax(code.strip("\n"), "python", background_color="default"))
    for title, files in (
        ("Derivations", links.derivations(named[name])),
        ("Tests", links.tests(named[name])),
    ):
        if files:
            printed.print(Text(f"\n{title}:\n  " + "\n  ".join(files)))


@main.command()
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
    """Write golden vectors of a rule, the same bytes on every machine; or verify a folder."""
    from refmem.oracle.cases import ChoiceError
    from refmem.oracle.certified import UncertainError
    from refmem.oracle.vectors import VectorsError, read_vectors, write_vectors

    if (rule is None or out is None) == (verify is None) or (verify and (rule or out)):
        raise click.UsageError("vectors: expected either RULE and --out DIR, or --verify DIR")
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


def _bare(equation: str) -> str:
    """An equation without the notes set off on its right."""
    return "\n".join(re.split(r" {4,}", line)[0] for line in equation.splitlines())


main.add_command(capacity)
main.add_command(check)
main.add_command(expressivity)
main.add_command(longcontext)
main.add_command(mutants)
