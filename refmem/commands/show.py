"""The command `refmem show`: a rule, and where a checkout proves and tests it.

An installed package has no derivations and tests beside it; then there is nothing to list.
"""

from __future__ import annotations

import ast
import inspect
import re
import sys
from pathlib import Path

import click
from rich.syntax import Syntax
from rich.text import Text

from refmem.commands.terminal import console
from refmem.memory import Rule
from refmem.rules import RULES
from refmem.support.wording import nearest_name

CHECKOUT = Path(__file__).parents[2]


@click.command()
@click.argument("name")
def show(name: str) -> None:
    """Print a rule: its specification, call and source, and where it is proven and tested."""
    named = {rule.name: rule for rule in RULES}
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
    printed.print(Text(named[name].__doc__ or ""))
    printed.print()
    printed.print(Syntax(code.strip("\n"), "python", background_color="default"))
    for title, files in (
        ("Derivations", derivations_of(named[name])),
        ("Tests", tests_of(named[name])),
    ):
        if files:
            printed.print(Text(f"\n{title}:\n  " + "\n  ".join(files)))


def derivations_of(rule: Rule) -> list[str]:
    """Derivations whose `Used by:` names the rule."""
    found = []
    for path in sorted((CHECKOUT / "derivations").glob("*/*.py")):
        users = re.search(
            r"^Used by:(.*?)^Source:", path.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL
        )
        if users and re.search(rf"\brefmem\.{rule.name}\b", users[1]):
            found.append(str(path.relative_to(CHECKOUT)))
    return found


def tests_of(rule: Rule) -> list[str]:
    """The rule's hand example and identities, and the laws, which run over every rule."""
    paths = sorted((CHECKOUT / "tests").glob(f"rules/*/test_{rule.name}.py"))
    laws = CHECKOUT / "tests" / "laws"
    return [str(path.relative_to(CHECKOUT)) for path in [*paths, laws] if path.exists()]
