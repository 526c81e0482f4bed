"""What the commands that run studies share: options, where the points run, one line for failures.

Exit code 2 for what cannot be asked, 3 for what is not there: an extra, a cluster, a worker.
"""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import BrokenExecutor, Executor
from typing import Any, NoReturn

import click

from refmem.commands.terminal import UNAVAILABLE, file_in_a_folder
from refmem.studies.drawing import check_path, save
from refmem.support.executors import UnreachableError, executor_at
from refmem.support.extras import MissingExtraError, optional
from refmem.support.sweep import JournalError, processes

seed_option = click.option("--seed", type=click.IntRange(min=0), default=0, show_default=True)


def picture(context: click.Context, option: click.Parameter, path: str | None) -> str | None:
    """A figure to be drawn: that it can be is known before the run."""
    if path is not None:
        usage(check_path, path)
        try:
            optional("matplotlib", "plot")
        except MissingExtraError as error:
            leave(error)
    return path


def study_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Options of a command that is a sweep: workers, address, journal, plot."""
    for option in reversed((
        click.option("--workers", type=click.IntRange(min=1), default=1, show_default=True,
                     help="Processes; the numbers are the same for any of them."),
        click.option("--executor", "address",
                     help="Instead of processes, a Dask cluster to run on: dask://HOST:PORT."),
        click.option("--journal", callback=file_in_a_folder,
                     help="A file from which a run that was stopped goes on."),
        click.option("--plot", callback=picture,
                     help="Draw it as well: a file ending in .svg or .png."),
    )):  # fmt: skip
        command = option(command)
    return command


@contextlib.contextmanager
def running(workers: int, address: str | None) -> Iterator[Executor | None]:
    """Where the points of a study run: a cluster if there is an address, else so many processes."""

    try:
        with contextlib.ExitStack() as stack:
            where: Any = executor_at(address) if address else processes(workers)
            yield usage(stack.enter_context, where)
    except (ImportError, UnreachableError) as error:
        leave(error)
    except BrokenExecutor as error:
        leave(f"a worker died ({error}); the same --journal goes on")
    except (JournalError, OSError) as error:
        raise click.UsageError(str(error)) from error


def draw(figure: Callable[[], Any], path: str | None) -> None:
    """Draw the figure, write it and say where; nothing without a path."""
    if path is None:
        return

    try:
        save(figure(), path)
    except OSError as error:
        raise click.UsageError(f"the figure cannot be written: {error}") from error
    click.echo(path)


def usage(function: Callable[..., Any], *args: Any, **given: Any) -> Any:
    """Call a function; values that cannot be are a usage error."""
    try:
        return function(*args, **given)
    except ValueError as error:
        raise click.UsageError(str(error)) from error


def leave(reason: object) -> NoReturn:
    """Say what is not there, and end."""
    click.echo(f"refmem: {reason}", err=True)
    sys.exit(UNAVAILABLE)
