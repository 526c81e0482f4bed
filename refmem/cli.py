"""The command line: `refmem rules`, `show NAME`, `check TARGET` and `vectors RULE`.

Exit codes: 0 conforms, 1 does not, 2 wrong usage (one line says what), 3 the target cannot run.
"""

from __future__ import annotations

import ast
import importlib.metadata
import inspect
import os
import re
import sys
from typing import Any

import click
from rich.box import HORIZONTALS
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.syntax import Syntax
from rich.table import Table
from rich.text import Text

import refmem
from refmem import links
from refmem.signature import nearest_name

CONFORMS, DEPARTS, USAGE, UNAVAILABLE = 0, 1, 2, 3
WIDTH = 100
"""Columns where the output is not a terminal."""


class OneLineErrors(click.Group):
    """A command line whose usage errors are one line."""

    def main(self, *args: Any, **extra: Any) -> Any:
        try:
            return super().main(*args, **extra | {"standalone_mode": False})
        except click.exceptions.NoArgsIsHelpError as help_text:
            click.echo(help_text.format_message())
            sys.exit(USAGE)
        except click.ClickException as error:
            click.echo(f"refmem: {' '.join(error.format_message().split())}", err=True)
            sys.exit(USAGE)

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
        inputs, forms = ", ".join(rule.inputs), ", ".join(rule.forms)
        name = Text.assemble((rule.name, "bold"), "\n", inputs, "\n", (forms, "dim"))
        table.add_row(name, Text(_bare(rule.equation)), rule.source)
    _console().print(table)


@main.command()
@click.argument("name")
def show(name: str) -> None:
    """Print a rule: its specification, its source, and where it is proven and tested."""
    named = {rule.name: rule for rule in refmem.RULES}
    if name not in named:
        raise click.UsageError(
            f"no rule {name!r}, expected a name that `refmem rules` lists"
            f"{nearest_name(name, named)}"
        )
    source = inspect.getsource(sys.modules[named[name].__module__])
    after_docstring = ast.parse(source).body[0].end_lineno or 0
    code = "\n".join(source.splitlines()[after_docstring:])
    console = _console()
    console.print(Text(named[name].name, style="bold"))
    console.print(Text(inspect.cleandoc(named[name].__doc__ or "")))
    console.print()
    console.print(Syntax(code.strip("\n"), "python", background_color="default"))
    for title, files in (
        ("Derivations", links.derivations(named[name])),
        ("Tests", links.tests(named[name])),
    ):
        if files:
            console.print(Text(f"\n{title}:\n  " + "\n  ".join(files)))


def _in_a_folder(context: click.Context, option: click.Parameter, path: str | None) -> str | None:
    """A file to be written: its folder exists, which is known before the run."""
    if path is None:
        return None
    if os.path.isdir(path) or not os.path.isdir(os.path.dirname(path) or "."):
        raise click.UsageError(f"{option.opts[0]} has value {path!r}, expected a file in a folder")
    return path


@main.command()
@click.argument("target")
@click.option("--rule", help="Only this rule; the rule of a module:function.")
@click.option("--case", help="Only this case, such as delta/ordinary/3.")
@click.option("--seed", type=click.IntRange(min=0), help="Every regime with this seed alone.")
@click.option(
    "--dtype", type=click.Choice(["float16", "float32", "float64"]), help="Of a module:function."
)
@click.option("--details", is_flag=True, help="One line for each rule and regime.")
@click.option("--json", "json_file", callback=_in_a_folder, help="Write the report there as JSON.")
@click.option("--junit", "junit_file", callback=_in_a_folder, help="Write it there as JUnit XML.")
@click.option("--html", "html_file", callback=_in_a_folder, help="Write it there as one HTML page.")
def check(
    target: str,
    rule: str | None,
    case: str | None,
    seed: int | None,
    dtype: str | None,
    details: bool,
    json_file: str | None,
    junit_file: str | None,
    html_file: str | None,
) -> None:
    """Check a kernel: onnxruntime, onnx-reference, or package.module:function with --rule."""
    from refmem import oracle
    from refmem.oracle.cases import ChoiceError
    from refmem.oracle.reports import write_reports
    from refmem.oracle.tables import show_report
    from refmem.oracle.targets import UnavailableError, find_target

    if ":" in target:
        sys.path.insert(0, os.getcwd())
    seeds = None if seed is None else [seed]
    try:
        with _progress(target) as progress:
            task = progress.add_task("cases", total=None)
            report = oracle.check(
                target,
                rule=rule,
                case=case,
                seeds=seeds,
                dtype=dtype,
                watch=lambda done, total: progress.update(task, completed=done, total=total),
            )
    except ChoiceError as error:
        raise click.UsageError(str(error)) from error
    except UnavailableError as error:
        click.echo(f"refmem: {error}", err=True)
        sys.exit(UNAVAILABLE)
    show_report(report, _console(), details)
    if json_file or junit_file or html_file:
        files = json_file, junit_file, html_file
        try:
            write_reports(report, find_target(target, rule, dtype), *files)
        except OSError as error:
            raise click.UsageError(f"the report cannot be written: {error}") from error
    sys.exit(CONFORMS if report.conforms else DEPARTS)


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
@click.option("--verify", help="Check this folder instead of writing one.")
def vectors(
    rule: str | None,
    out: str | None,
    kind: str,
    cases: tuple[str, ...],
    seeds: tuple[int, ...],
    verify: str | None,
) -> None:
    """Write golden vectors of a rule, the same bytes on every machine; or verify a folder."""
    from refmem.oracle.cases import ChoiceError
    from refmem.oracle.certified import UncertainError
    from refmem.oracle.vector_files import MissingExtraError
    from refmem.oracle.vectors import VectorsError, read_vectors, write_vectors

    if (rule is None or out is None) == (verify is None) or (verify and (rule or out)):
        raise click.UsageError("vectors: expected either RULE and --out DIR, or --verify DIR")
    try:
        if verify is not None:
            click.echo(f"{verify}: {len(read_vectors(verify))} files are as they were written")
            return
        with _progress(str(rule)) as progress:
            task = progress.add_task("cases", total=None)
            manifest = write_vectors(
                str(rule),
                str(out),
                kind,
                cases=cases,
                seeds=seeds,
                watch=lambda done, total: progress.update(task, completed=done, total=total),
            )
    except ChoiceError as error:
        raise click.UsageError(str(error)) from error
    except (VectorsError, UncertainError, OSError) as error:
        click.echo(f"refmem: {error}", err=True)
        sys.exit(DEPARTS)
    except (MissingExtraError, ImportError) as error:
        click.echo(f"refmem: {error}", err=True)
        sys.exit(UNAVAILABLE)
    beside = f", {len(manifest['left_out'])} cases left out" if manifest["left_out"] else ""
    click.echo(f"{out}: {len(manifest['files'])} files and manifest.json{beside}")


def _progress(label: str) -> Progress:
    """A progress bar on the terminal; nothing where the errors go to a file."""
    terminal = Console(stderr=True)
    columns = TextColumn(label), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn()
    return Progress(*columns, console=terminal, transient=True, disable=not terminal.is_terminal)


def _bare(equation: str) -> str:
    """An equation without the notes set off on its right."""
    return "\n".join(re.split(r" {4,}", line)[0] for line in equation.splitlines())


def _console() -> Console:
    return Console(width=None if sys.stdout.isatty() else WIDTH)
