"""The command `refmem check TARGET`."""

from __future__ import annotations

import contextlib
import shlex
import sys
from collections.abc import Callable, Iterator
from typing import Any

import click
from rich.text import Text

from refmem import oracle
from refmem.commands.terminal import (
    CONFORMS,
    DEPARTS,
    UNAVAILABLE,
    choosing,
    console,
    file_in_a_folder,
    found_from_here,
    watched,
)
from refmem.oracle.explain.backward import diagnose_gradients
from refmem.oracle.explain.diagnosis import diagnose
from refmem.oracle.show.reports import write_reports
from refmem.oracle.show.tables import show_report
from refmem.oracle.targets.find import EXEC, find_target
from refmem.oracle.targets.target import UnavailableError
from refmem.support.executors import UnreachableError, executor_at

DTYPES = ["float16", "bfloat16", "float32", "float64"]
LIBRARIES = ["numpy", "torch", "jax", "mlx"]


def target_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Options that say what a module:function or a command is."""
    for option in (
        click.option("--exec", "command", help="A program: COMMAND DIRECTORY, once for each case."),
        click.option("--rule", help="Only this rule, a name or module:rule; that of a function."),
        click.option("--convention", default="refmem", help="Likewise: fla, onnx, mlx, ..."),
        click.option("--library", type=click.Choice(LIBRARIES), default="numpy", help="Of arrays."),
        click.option("--dtype", type=click.Choice(DTYPES),
                     help="Likewise; of other targets, only their kernels that have it."),
        click.option("--timeout", type=click.FloatRange(min=0, min_open=True), default=60.0,
                     show_default=True, help="Seconds for one case of a function or a program."),
    ):  # fmt: skip
        command = option(command)
    return command


def report_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Options that say where the report goes."""
    for name, form in (("html", "one HTML page"), ("junit", "JUnit XML"), ("json", "JSON")):
        command = click.option(
            f"--{name}", f"{name}_file", callback=file_in_a_folder, help=f"Write it as {form}."
        )(command)
    return command


@click.command()
@click.argument("target", required=False)
@target_options
@click.option("--case", help="Only this case, such as delta/ordinary/3.")
@click.option("--seed", type=click.IntRange(min=0), help="Every regime with this seed alone.")
@click.option("--properties", is_flag=True, help="Also laws such as split = whole.")
@click.option("--grad", "gradients", is_flag=True, help="Also gradients, of a module:function.")
@click.option("--details", is_flag=True, help="One line for each rule and regime.")
@click.option("--executor", "address", help="A Dask cluster to run on: dask://HOST:PORT.")
@report_options
def check(
    target: str | None,
    case: str | None,
    seed: int | None,
    properties: bool,
    gradients: bool,
    details: bool,
    address: str | None,
    json_file: str | None,
    junit_file: str | None,
    html_file: str | None,
    **making: Any,
) -> None:
    """Check a kernel: onnxruntime, onnx-reference, fla, transformers, mlx, package.module:function
    with --rule, or a program with --exec and --rule."""

    chosen = _find(target, making, case)
    with _executor(address) as executor, watched(chosen.name, "cases") as watch:
        report = choosing(
            oracle.check,
            chosen,
            executor=executor,
            rule=making["rule"],
            case=case,
            seeds=None if seed is None else [seed],
            properties=properties,
            gradients=gradients,
            watch=watch,
        )
    show_report(report, console(), details, _command(target, making))
    diagnoses = [str(one) for one in diagnose(chosen, report.outcomes)]
    diagnoses += [str(one) for one in diagnose_gradients(chosen, report.outcomes)]
    for one in diagnoses:
        console().print(Text(f"\n{one}"), soft_wrap=True)
    try:
        write_reports(report, chosen, json_file, junit_file, html_file, diagnoses)
    except OSError as error:
        raise click.UsageError(f"the report cannot be written: {error}") from error
    sys.exit(CONFORMS if report.conforms else DEPARTS)


def _command(target: str | None, making: dict[str, Any]) -> str:
    """What says the same target again on the command line."""
    words = ["refmem", "check", *([target] if target else [])]
    for name, value in making.items():
        usual = {"convention": "refmem", "library": "numpy", "timeout": 60.0}.get(name)
        if value not in (None, usual) and name != "rule":
            words += [f"--{'exec' if name == 'command' else name}", str(value)]
    return shlex.join(words)


def _find(target: str | None, making: dict[str, Any], case: str | None) -> Any:
    """The target; exit code 3 if it cannot run."""

    command = making["command"]
    if (target is None) == (command is None):
        raise click.UsageError("expected a target, or a program with --exec")
    name = target if command is None else f"{EXEC}{command}"
    rule = making["rule"] or (case.split("/")[0] if case else None)
    found_from_here(name, rule)
    others = {key: making[key] for key in ("dtype", "convention", "library", "timeout")}
    try:
        return choosing(find_target, name, rule, **others)
    except UnavailableError as error:
        click.echo(f"refmem: {error}", err=True)
        sys.exit(UNAVAILABLE)


@contextlib.contextmanager
def _executor(address: str | None) -> Iterator[Any]:
    """The executor at an address; exit code 3 if none is there, or the target is not there."""

    try:
        with contextlib.nullcontext() if address is None else executor_at(address) as executor:
            yield executor
    except ValueError as error:
        raise click.UsageError(str(error)) from error
    except (ImportError, UnreachableError, UnavailableError) as error:
        click.echo(f"refmem: {error}", err=True)
        sys.exit(UNAVAILABLE)
