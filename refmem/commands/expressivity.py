"""The command `refmem expressivity`: the table of rules and tasks, every cell run; and, as
`refmem expressivity robustness`, the same programs in few bits.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import click
from click.core import ParameterSource

from refmem.commands.studying import draw, running, seed_option, study_options
from refmem.commands.terminal import CONFORMS, DEPARTS, console, file_in_a_folder, watched
from refmem.studies.expressivity import robustness as in_few_bits
from refmem.studies.expressivity.figures import robustness_figure
from refmem.studies.expressivity.groups import Group
from refmem.studies.expressivity.report import as_data
from refmem.studies.expressivity.rows import ROWS, Grants
from refmem.studies.expressivity.search import DRAWS
from refmem.studies.expressivity.table import WRONG, run_table, standard_tasks
from refmem.studies.expressivity.tables import show_details, show_robustness, show_table
from refmem.studies.expressivity.tasks import WordProblem
from refmem.support.files import whole_file
from refmem.support.wording import nearest_name


@click.group(invoke_without_command=True)
@click.option("--task", "tasks", multiple=True, help="Only this task; may be repeated.")
@click.option("--rule", "rules", multiple=True, help="Only this rule; may be repeated.")
@click.option(
    "--group",
    "group_file",
    type=click.Path(exists=True, dir_okay=False),
    help="Only the word problem of this group: a JSON file with its table of products.",
)
@click.option("--length", type=click.IntRange(min=1), default=24, show_default=True,
              help="Tokens of the longest instance; others have a half and a quarter.")  # fmt: skip
@click.option("--places/--no-places", default=True, show_default=True,
              help="Whether every rule may be given a token's place.")  # fmt: skip
@click.option("--draws", type=click.IntRange(min=1), default=DRAWS, show_default=True,
              help="How often heads are drawn where a program is searched.")  # fmt: skip
@seed_option
@click.option("--details", is_flag=True, help="A sentence for every cell: what was run or shown.")
@click.option("--json", "json_file", callback=file_in_a_folder, help="Write all of it as JSON.")
@click.pass_context
def expressivity(
    context: click.Context,
    tasks: tuple[str, ...],
    rules: tuple[str, ...],
    group_file: str | None,
    length: int,
    places: bool,
    draws: int,
    seed: int,
    details: bool,
    json_file: str | None,
) -> None:
    """Run which rule solves which task: programs, exact at every token, or limits, shown."""
    if context.invoked_subcommand is not None:
        _expect_none_given(context)
        return

    if group_file is not None:
        if tasks:
            raise click.UsageError("expressivity: expected either --task or --group")
        chosen: Any = (_word_problem(group_file),)
    else:
        chosen = _named("task", tasks, standard_tasks())
    rows = _named("rule", rules, ROWS)
    grants = Grants(places)
    with watched("expressivity", "cells") as watch:
        cells = run_table(
            rows, chosen, length=length, seed=seed, grants=grants, draws=draws, watch=watch
        )
    show_table(cells, grants, console())
    if details:
        show_details(cells, console())
    if json_file:
        _write(json_file, as_data(cells, grants))
    wrong = any(cell.verdict == WRONG for line in cells for cell in line)
    sys.exit(DEPARTS if wrong else CONFORMS)


@expressivity.command()
@seed_option
@study_options
def robustness(
    seed: int, workers: int, address: str | None, journal: str | None, plot: str | None
) -> None:
    """How many tokens the same programs answer rightly in few bits, until the first error."""

    with running(workers, address) as executor, watched("robustness", "points") as watch:
        found = in_few_bits.robustness(rng=seed, executor=executor, journal=journal, watch=watch)
    show_robustness(found, console())
    draw(lambda: robustness_figure(found), plot)


def _write(path: str, data: Any) -> None:
    """A file of JSON, whole or not at all."""
    try:
        with whole_file(path) as draft:
            draft.write_text(json.dumps(data, indent=1) + "\n", encoding="utf-8")
    except OSError as error:
        raise click.UsageError(f"the report cannot be written: {error}") from error


def _expect_none_given(context: click.Context) -> None:
    """Options of the table mean nothing to another study."""
    for option in context.command.params:
        if context.get_parameter_source(option.name or "") is ParameterSource.COMMANDLINE:
            raise click.UsageError(
                f"expressivity: {option.opts[0]} has a value before {context.invoked_subcommand}, "
                "expected none, because it is an option of the table"
            )


def _named(what: str, wanted: Iterable[str], known: Iterable[Any]) -> tuple[Any, ...]:
    """Those of the wanted names, or all; a name that does not exist is a usage error."""
    by_name = {one.name: one for one in known}
    for name in wanted:
        if name not in by_name:
            raise click.UsageError(
                f"expressivity: {what} has name {name!r}, expected one of "
                f"{'; '.join(by_name)}{nearest_name(name, by_name)}"
            )
    return tuple(by_name[name] for name in wanted) or tuple(by_name.values())


def _word_problem(path: str) -> Any:
    """The word problem of a group whose table of products is in a file."""
    try:
        table = json.loads(Path(path).read_text(encoding="utf-8"))
        return WordProblem(Group(Path(path).stem, table))
    except (UnicodeDecodeError, json.JSONDecodeError) as error:
        raise click.UsageError(f"expressivity: {path} is no JSON: {error}") from error
    except ValueError as error:
        raise click.UsageError(f"{path}: {error}") from error
