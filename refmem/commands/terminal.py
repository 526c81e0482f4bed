"""What the commands share: exit codes, where they print, a progress bar."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import click
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from refmem.support.arguments import ChoiceError

CONFORMS, DEPARTS, USAGE, UNAVAILABLE, UNDECIDED = 0, 1, 2, 3, 4
"""Exit codes of every command: good, wrong, wrong usage, could not run, too little looked at."""

INTERRUPTED = 130
"""Exit code of what was stopped by hand: 128 and the number of the signal."""

WIDTH = 100
"""Columns where the output is not a terminal, and COLUMNS is not set."""


def progress_bar(label: str) -> Progress:
    """A progress bar on the terminal; nothing where the errors go to a file."""
    terminal = Console(stderr=True)
    columns = TextColumn(label), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn()
    return Progress(*columns, console=terminal, transient=True, disable=not terminal.is_terminal)


@contextmanager
def watched(label: str, what: str) -> Iterator[Callable[[int, int], None]]:
    """A progress bar as the function (done, total) that moves it; `what` is counted."""
    with progress_bar(label) as progress:
        task = progress.add_task(what, total=None)
        yield lambda done, total: progress.update(task, completed=done, total=total)


def console() -> Console:
    """Standard output, as wide as the terminal; a pipe as wide as COLUMNS says, or `WIDTH`."""
    known = sys.stdout.isatty() or os.environ.get("COLUMNS", "").isdecimal()
    return Console(width=None if known else WIDTH)


def file_in_a_folder(context: click.Context, option: click.Parameter, path: str | None) -> Any:
    """Check before the run that the output folder exists."""
    if path is None:
        return None
    if os.path.isdir(path) or not os.path.isdir(os.path.dirname(path) or "."):
        raise click.UsageError(f"{option.opts[0]} has value {path!r}, expected a file in a folder")
    return path


def found_from_here(*names: str | None) -> None:
    """Let the modules of names such as module:rule be imported from the current folder."""
    if any(":" in str(name) for name in names) and os.getcwd() not in sys.path:
        sys.path.insert(0, os.getcwd())


def choosing(function: Callable[..., Any], *args: Any, **given: Any) -> Any:
    """Call a function; a choice that does not exist is a usage error."""
    try:
        return function(*args, **given)
    except ChoiceError as error:
        raise click.UsageError(str(error)) from error
