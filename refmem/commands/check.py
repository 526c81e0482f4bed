"""The command `refmem check TARGET`."""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Callable, Iterator
from typing import Any

import click
from rich.text import Text

from refmem import oracle
from refmem.commands.making import contract_of, facts_of, replayed, target_options
from refmem.commands.serving import check_serving
from refmem.commands.terminal import (
    CONFORMS,
    DEPARTS,
    UNAVAILABLE,
    UNDECIDED,
    choosing,
    console,
    file_in_a_folder,
    found_from_here,
    watched,
)
from refmem.oracle.border.signature import describe_call
from refmem.oracle.cases.case import find_rule
from refmem.oracle.engines.check import SCHEDULES
from refmem.oracle.explain.backward import diagnose_gradients
from refmem.oracle.explain.diagnosis import diagnose
from refmem.oracle.show.reports import write_reports
from refmem.oracle.show.signature import show_call
from refmem.oracle.show.tables import show_report
from refmem.oracle.targets.find import EXEC, find_target
from refmem.oracle.targets.running import contract_of as contract_of_target
from refmem.oracle.targets.target import UnavailableError
from refmem.oracle.verdict import outcomes
from refmem.support.executors import UnreachableError, executor_at


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
@click.option("--signature", is_flag=True, help="Say what it will be called with, and stop.")
@click.option("--case", help="Only this case, such as delta/ordinary/3.")
@click.option("--seed", type=click.IntRange(min=0), help="Every regime with this seed alone.")
@click.option("--regime", "regimes", multiple=True, help="Only this regime; may be repeated.")
@click.option("--smoke", is_flag=True, help="Only 20 cases, those that find the most mistakes.")
@click.option("--fail-fast", is_flag=True, help="Stop at the first case that fails.")
@click.option("--properties", is_flag=True, help="Also laws such as split = whole.")
@click.option("--serving", is_flag=True, help="An engine, module:Class: see docs/serving.md.")
@click.option(
    "--schedules",
    type=click.IntRange(min=1),
    default=SCHEDULES,
    show_default=True,
    help="Of calls, for --serving.",
)
@click.option("--grad", "gradients", is_flag=True, help="Also gradients, of a module:function.")
@click.option("--details", is_flag=True, help="One line for each rule and regime.")
@click.option("--executor", "address", help="A Dask cluster to run on: dask://HOST:PORT.")
@report_options
def check(
    target: str | None,
    signature: bool,
    case: str | None,
    seed: int | None,
    regimes: tuple[str, ...],
    smoke: bool,
    fail_fast: bool,
    properties: bool,
    serving: bool,
    schedules: int,
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

    if serving:
        check_serving(target, making, schedules, seed, json_file, junit_file)
    chosen = _find(target, making, case)
    if signature:
        _show_signature(chosen, making)
        return
    with _executor(address) as executor, watched(chosen.name, "cases") as watch:
        report = choosing(
            oracle.check,
            chosen,
            executor=executor,
            rule=making["rule"],
            case=case,
            seeds=None if seed is None else [seed],
            regimes=regimes,
            fail_fast=fail_fast,
            smoke=smoke,
            properties=properties,
            gradients=gradients,
            watch=watch,
        )
    show_report(report, console(), details, replayed(target, making))
    diagnoses = [str(one) for one in diagnose(chosen, report.outcomes)]
    diagnoses += [str(one) for one in diagnose_gradients(chosen, report.outcomes)]
    for one in diagnoses:
        console().print(Text(f"\n{one}"), soft_wrap=True)
    try:
        write_reports(report, chosen, json_file, junit_file, html_file, diagnoses)
    except OSError as error:
        raise click.UsageError(f"the report cannot be written: {error}") from error
    sys.exit(
        {outcomes.CONFORMS: CONFORMS, outcomes.DEPARTS: DEPARTS}.get(report.verdict, UNDECIDED)
    )


def _find(target: str | None, making: dict[str, Any], case: str | None) -> Any:
    """The target; exit code 3 if it cannot run."""

    command = making["command"]
    if (target is None) == (command is None):
        raise click.UsageError("expected a target, or a program with --exec")
    name = target if command is None else f"{EXEC}{command}"
    rule = making["rule"] or (case.split("/")[0] if case else None)
    found_from_here(name, rule)
    keys = ("dtype", "convention", "library", "timeout", "device")
    others = {key: making[key] for key in keys} | {"facts": facts_of(making)}
    try:
        return choosing(find_target, name, rule, contract=choosing(contract_of, making), **others)
    except UnavailableError as error:
        click.echo(f"refmem: {error}", err=True)
        sys.exit(UNAVAILABLE)


def _show_signature(chosen: Any, making: dict[str, Any]) -> None:
    """What the function or the program will be called with."""
    if making["rule"] is None or not hasattr(chosen, "convention"):
        raise click.UsageError("--signature is of a function or a program with --rule")
    lacks = contract_of_target(chosen).lacks
    show_call(
        describe_call(find_rule(making["rule"]), chosen.convention, chosen.dtype, lacks), console()
    )


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
