"""The command `refmem show`: a rule, and where it is proven and tested.

In an installed package as in a checkout: derivations and laws are in both; the examples worked by
hand, which are tests, are in a checkout.
"""

from __future__ import annotations

import ast
import inspect
import os
import re
import sys
from pathlib import Path

import click
from rich.syntax import Syntax
from rich.text import Text

from refmem import laws
from refmem.commands import proofs
from refmem.commands.terminal import choosing, console, found_from_here
from refmem.laws.exemptions import why_exempt
from refmem.memory import Rule
from refmem.memory.naming import OWN
from refmem.oracle.cases.case import find_rule
from refmem.rules import RULES
from refmem.support.wording import nearest_name


@click.command()
@click.argument("name")
def show(name: str) -> None:
    """Print the rule NAME, or module:rule: what it is, its source, its proofs and tests."""
    rule = _named(name)
    printed = console()
    printed.print(Text(rule.name, style="bold"))
    printed.print(Text(rule.__doc__ or ""))
    printed.print()
    printed.print(Syntax(_source(rule), "python", background_color="default"))
    for title, rows in (
        ("Derivations, run by refmem derive NAME", derivations_of(rule)),
        ("Tests", tests_of(rule)),
    ):
        if rows:
            printed.print(Text(f"\n{title}:\n  " + "\n  ".join(rows)), soft_wrap=True)


def _named(name: str) -> Rule:
    """refmem's own rule of that name, or the one at module:rule."""
    if ":" in name:
        found_from_here(name)
        found: Rule = choosing(find_rule, name)
        return found
    own = {rule.name: rule for rule in RULES}
    if name not in own:
        raise click.UsageError(
            f"no rule {name!r}, expected a name that `refmem rules` lists, or module:rule"
            f"{nearest_name(name, own)}"
        )
    return own[name]


def _source(rule: Rule) -> str:
    """The file that makes a rule, without its docstring, which was printed."""
    source = inspect.getsource(sys.modules[rule.__module__])
    tree = ast.parse(source)
    docstring = tree.body[0].end_lineno if ast.get_docstring(tree) else 0
    return "\n".join(source.splitlines()[docstring:]).strip("\n")


def derivations_of(rule: Rule) -> list[str]:
    """Derivations whose `Used by:` names the rule, by the names that `refmem derive` takes.

    refmem's, and the file itself of a rule outside refmem.
    """
    folder, own = proofs.folder(), sys.modules[rule.__module__].__file__
    found = {
        f"{path.parent.name}/{path.stem}": path
        for path in sorted(folder.glob("*/*.py") if folder else [])
    }
    if rule.home != OWN and own:
        found[os.path.relpath(own)] = Path(own)
    return [name for name, path in found.items() if _uses(path, rule)]


def _uses(derivation: Path, rule: Rule) -> bool:
    """Whether a derivation says that a rule uses it."""
    text = derivation.read_text(encoding="utf-8")
    users = re.search(r"^Used by:(.*?)^Source:", text, re.MULTILINE | re.DOTALL)
    word = rf"\b{re.escape(rule.home)}\.{rule.name}\b"
    return bool(users and re.search(word, users[1]))


def tests_of(rule: Rule) -> list[str]:
    """The rule's example by hand, where that is, and how many laws it keeps."""
    by_hand = (proofs.HOME / "tests").glob(f"rules/*/test_{rule.name}.py")
    own = rule.home == OWN
    kept = sum(not why_exempt(law.name, rule) and not law.lacks(rule) for law in laws.LAWS)
    return [
        *(str(path.relative_to(proofs.HOME)) for path in sorted(by_hand) if own),
        f"refmem.laws.check({rule.home}.{rule.name}): {kept} of {len(laws.LAWS)} laws",
    ]
