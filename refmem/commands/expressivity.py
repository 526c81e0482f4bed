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
from rich.box import HORIZONTALS
from rich.console import Console
from rich.table import Table
from rich.text import Text

from refmem.commands.studying import draw, running, seed_option, study_options
from refmem.commands.terminal import CONFORMS, DEPARTS, console, watched
from refmem.studies.expressivity import robustness as in_few_bits
from refmem.studies.expressivity.figures import robustness_figure
from refmem.studies.expressivity.groups import Group
from refmem.studies.expressivity.table import ROWS, WRONG, run_table, standard_tasks
from refmem.studies.expressivity.tasks import WordProblem
from refmem.support.wording import nearest_name

MEANINGS = {
    "blind": "it adds up what it sees, whose order it cannot know: another order, another answer, "
    "the same memory (derivations/expressivity/sums.py)",
    "additive": "outputs are sums over tokens, and words of both answers have the same sums "
    "(derivations/expressivity/sums.py); of any constant depth it is in TC0: Merrill and "
    "Sabharwal 2023, arXiv:2207.00729",
    "turning": "one token again and again, and what is read turns no more often than there are "
    "channels (derivations/expressivity/turning.py); Grazzi et al. 2024, arXiv:2411.12537; "
    "diagonal decay is in TC0 at any constant depth: Merrill et al. 2024, arXiv:2404.08819",
    "fading": "what tells two words apart fades under later tokens "
    "(derivations/expressivity/fading.py)",
    "open": "neither a program nor a proof here",
}


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
              help="Tokens of every instance.")  # fmt: skip
@seed_option
@click.option("--details", is_flag=True, help="A sentence for every cell: what was run or shown.")
@click.pass_context
def expressivity(
    context: click.Context,
    tasks: tuple[str, ...],
    rules: tuple[str, ...],
    group_file: str | None,
    length: int,
    seed: int,
    details: bool,
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
    with watched("expressivity", "cells") as watch:
        cells = run_table(rows, chosen, length=length, seed=seed, watch=watch)
    show_table(cells, console())
    if details:
        show_details(cells, console())
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

    try:
        table = json.loads(Path(path).read_text(encoding="utf-8"))
        return WordProblem(Group(Path(path).stem, table))
    except (UnicodeDecodeError, json.JSONDecodeError) as error:
        raise click.UsageError(f"expressivity: {path} is no JSON: {error}") from error
    except ValueError as error:
        raise click.UsageError(f"{path}: {error}") from error


def show_table(cells: list[list[Any]], printed: Console) -> None:
    """A line a task and a column a rule, and what the words in it mean."""
    table = Table(box=HORIZONTALS, pad_edge=False, padding=(0, 1, 0, 0))
    table.add_column("task", no_wrap=True)
    for cell in cells[0]:
        table.add_column(cell.row.heading)
    for line in cells:
        table.add_row(line[0].task.name, *map(_entry, line))
    printed.print(table)
    words = {_word(cell) for line in cells for cell in line}
    printed.print(
        Text(
            "a number: exact after every token with so many numbers kept (T: for every token); "
            "x n: n steps a token"
        )
    )
    for word in sorted(words & MEANINGS.keys()):
        printed.print(Text.assemble((word, "bold"), ": ", MEANINGS[word]))
    for task in dict.fromkeys(line[0].task for line in cells):
        printed.print(Text(f"{task.name}: {task.complexity}", style="dim"))


def _entry(cell: Any) -> Text:
    styles = {"exact": "green", "impossible": "red", "open": "yellow", "wrong": "bold red"}
    return Text(_word(cell), style=styles[cell.verdict])


def _word(cell: Any) -> str:
    """What stands in a cell."""
    if cell.limit is not None:
        return cell.limit.kind
    if cell.verdict != "exact":
        return cell.verdict
    kept = f"{cell.program.state}{' T' if cell.program.growing else ''}"
    return kept if cell.program.steps == 1 else f"{kept} x {cell.program.steps}"


def show_robustness(found: list[dict[str, Any]], printed: Console) -> None:
    """A line a program and precision, and a column a size."""

    sizes = sorted({point["n"] for point in found})
    steps = {(point["program"], point["precision"], point["n"]): point["steps"] for point in found}
    table = Table(
        title="tokens answered rightly before the first error", box=HORIZONTALS, pad_edge=False
    )
    for heading in ("program", "precision", *(f"n = {n}" for n in sizes)):
        table.add_column(heading, justify="right" if heading.startswith("n =") else "left")
    for program, precision in dict.fromkeys(key[:2] for key in steps):
        row = (steps.get((program, precision, n)) for n in sizes)
        table.add_row(program, precision, *("" if x is None else str(x) for x in row))
    printed.print(table)
    printed.print(
        Text(f"n: things whose swaps are tracked; {in_few_bits.STEPS}: no error by the end")
    )


def show_details(cells: list[list[Any]], printed: Console) -> None:
    """A sentence for every cell."""
    for line in cells:
        printed.print(Text(f"\n{line[0].task.name}", style="bold"))
        for cell in line:
            printed.print(Text(f"  {cell.row.name}: {_sentence(cell)}"))


def _sentence(cell: Any) -> str:
    if cell.limit is not None:
        return f"impossible, {cell.limit.kind}: {cell.limit.shown}"
    if cell.program is None:
        return MEANINGS["open"]
    name, remark = cell.program.rule.name, cell.program.remark
    if cell.first_error is not None:
        return f"wrong: a program of {name} errs after token {cell.first_error}"
    return f"exact: a program of {name}, {_word(cell)}{f', {remark}' if remark else ''}"
