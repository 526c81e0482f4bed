"""`refmem check TARGET --serving`: an engine between its calls."""

from __future__ import annotations

import dataclasses
import sys
from typing import Any, cast

import click
from rich.text import Text

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
from refmem.oracle.engines.check import check_engine
from refmem.oracle.engines.report import as_report, lines, said
from refmem.oracle.show.reports import write_reports
from refmem.oracle.targets.engine_program import EngineProgram
from refmem.oracle.targets.process import Process
from refmem.oracle.targets.target import UnavailableError
from refmem.oracle.verdict import outcomes
from refmem.support.extras import MissingExtraError


def check_serving(
    target: str | None,
    making: dict[str, Any],
    schedules: int,
    seed: int | None,
    json_file: str | None,
    junit_file: str | None,
) -> None:
    """Check the engine at module:Class, say what came of it, and exit."""
    rule, command = making["rule"], making["command"]
    if command is None and (target is None or ":" not in target):
        raise click.UsageError("--serving needs an engine, module:Class, or a program with --exec")
    if command is not None and (target is not None or rule is None):
        raise click.UsageError("--serving with --exec needs --rule, and no other target")
    name = command or str(target)
    found_from_here(target, rule)
    engine: Process | EngineProgram | None = None
    try:
        engine = choosing(_engine, name, making)
        with watched(name, "contracts") as watch:
            report = choosing(
                check_engine,
                engine,
                rule,
                name="" if command else name,
                dtype=making["dtype"] or "float32",
                library=making["library"],
                number=schedules,
                seed=seed or 0,
                watch=watch,
            )
    except (UnavailableError, MissingExtraError) as error:
        click.echo(f"refmem: {error}", err=True)
        sys.exit(UNAVAILABLE)
    finally:
        if isinstance(engine, Process):
            engine.close()
    report = dataclasses.replace(report, target=name)
    for line in lines(report):
        console().print(Text(line), soft_wrap=True)
    diagnoses = ["\n".join(said(one)) for one in report.broken]
    try:
        write_reports(as_report(report), cast(Any, engine), json_file, junit_file, None, diagnoses)
    except OSError as error:
        raise click.UsageError(f"the report cannot be written: {error}") from error
    codes = {outcomes.CONFORMS: CONFORMS, outcomes.DEPARTS: DEPARTS}
    sys.exit(codes.get(report.verdict, UNDECIDED))


def _engine(name: str, making: dict[str, Any]) -> Process | EngineProgram:
    """The process of an engine, or the program that is one."""
    if making["command"]:
        return EngineProgram(name, making["lacks"], making["extra"], making["timeout"])
    made = {"path": name, "library": making["library"], "device": making["device"]}
    process = Process({"name": name, "engine": made}, making["timeout"])
    process.start()
    return process
