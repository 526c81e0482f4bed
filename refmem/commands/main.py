"""The command line `refmem`.

Exit codes: 0 conforms or is proven, 1 does not, 2 wrong usage (one line says what), 3 the target
cannot run, 4 too little was looked at or it is not decided, 130 stopped by hand.
"""

from __future__ import annotations

import importlib
import importlib.metadata
import sys
from typing import Any

import click

from refmem.commands.terminal import INTERRUPTED, USAGE
from refmem.support.wording import nearest_name

COMMANDS = {
    "Check": {
        "check": "Check a kernel against the definition of its memory.",
        "mutants": "Print which cases of a rule kill which planted mistakes.",
        "vectors": "Write golden vectors of a rule, or verify a folder of them.",
    },
    "Prove": {
        "prove": "Prove that array code is a memory, for all numbers, or refute it.",
        "derive": "Run derivations on the shipped code, refmem's own or yours.",
    },
    "Learn": {
        "rules": "List the rules: name, equation, inputs, forms, source.",
        "show": "Print a rule, and where it is proven and tested.",
    },
    "Study": {
        "capacity": "How much memories hold.",
        "expressivity": "Which rule solves which task in one layer.",
        "longcontext": "What more context buys.",
    },
}
"""What `refmem --help` prints. A command is the one of that name in the module of that name, which
is imported when it is called: printing this takes no longer than it has to."""


class Commands(click.Group):
    """A command line whose usage errors are one line, and its end by Ctrl-C too."""

    def list_commands(self, context: click.Context) -> list[str]:
        return [name for group in COMMANDS.values() for name in group]

    def get_command(self, context: click.Context, name: str) -> click.Command | None:
        if name not in self.list_commands(context):
            return None
        return getattr(importlib.import_module(f"refmem.commands.{name}"), name)

    def format_commands(self, context: click.Context, formatter: click.HelpFormatter) -> None:
        for group, commands in COMMANDS.items():
            with formatter.section(group):
                formatter.write_dl(list(commands.items()))

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
        known = self.list_commands(context)
        if args and args[0] not in known:
            raise click.UsageError(
                f"no command {args[0]!r}, expected one of {', '.join(known)}"
                f"{nearest_name(args[0], known)}"
            )
        return super().resolve_command(context, args)


@click.group(cls=Commands)
@click.version_option(importlib.metadata.version("refmem"), prog_name="refmem")
def main() -> None:
    """The ground truth for associative memories in sequence models."""
