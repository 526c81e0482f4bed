"""What is made from the files of rules: every list of exports, and the README's table."""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parent.parent
README, TOP = ROOT / "README.md", ROOT / "refmem" / "__init__.py"
BEGIN, END = "<!-- rules: made by tools/table -->", "<!-- end of rules -->"
IMPORTS = "# rules: made by tools/table\n", "\n# end of rules\n"
WIDTH = 101
"""Columns of a line, its end among them."""

FAMILIES = ("hebbian", "decay", "delta", "regression", "slots", "attention", "static")


def rules_of(family: str) -> list[str]:
    """Names of a family's rules: its files, but for those of helpers."""
    files = (ROOT / "refmem" / "rules" / family).glob("[!_]*.py")
    return sorted(path.stem for path in files)


def family_exports(text: str, family: str) -> str:
    """A family's `__init__.py`: its docstring, and every rule of it."""
    names = rules_of(family)
    docstring = text[: text.index('"""', 3) + 3]
    imports = (f"from refmem.rules.{family}.{name} import {name}\n" for name in names)
    return f"{docstring}\n\n{''.join(imports)}\n{_listed('__all__', names)}"


def _listed(name: str, entries: list[str]) -> str:
    quoted = [f'"{entry}"' for entry in entries]
    one = f"{name} = [{', '.join(quoted)}]\n"
    rows = "".join(f"    {entry},\n" for entry in quoted)
    return one if len(one) <= WIDTH else f"{name} = [\n{rows}]\n"


def top_exports(text: str) -> str:
    """`refmem/__init__.py` with its imports of rules, and the names of all, made anew."""
    imports = ""
    for family in sorted(FAMILIES):
        names = rules_of(family)
        one = f"from refmem.rules.{family} import {', '.join(names)}\n"
        rows = "".join(f"    {name},\n" for name in names)
        many = f"from refmem.rules.{family} import (\n{rows})\n"
        imports += one if len(one) <= WIDTH else many
    head, _, names = _between(text, *IMPORTS, imports).partition("__all__ = ")
    kept = {name for name in ast.literal_eval(names) if name in text.partition(IMPORTS[0])[0]}
    every = kept.union(*(rules_of(family) for family in FAMILIES))
    constants_first = sorted(every, key=lambda name: (not name.isupper(), name[0].islower(), name))
    return head + _listed("__all__", constants_first)


def _between(text: str, begin: str, end: str, inner: str) -> str:
    before, _, rest = text.partition(begin)
    _, _, after = rest.partition(end)
    return f"{before}{begin}{inner}{end}{after}"


def table() -> str:
    """One section a family, one row a rule: name, what it does, inputs, forms, source."""
    from refmem import rules  # here, for the exports must be right by then

    parts = []
    for family in rules.FAMILIES.values():
        title, _, rest = (family.__doc__ or "").strip().partition(": ")
        parts += [f"**{title}**: {rest}", ""]
        parts += ["| rule | what it does | inputs | forms | source |", "|---|---|---|---|---|"]
        parts += [_row(getattr(family, name)) for name in family.__all__]
        parts.append("")
    return "\n".join(parts)


def _row(rule: Any) -> str:
    _, colon, meaning = rule.summary.rstrip(".").partition(": ")
    if not colon:
        raise ValueError(f"{rule.name}: its summary has no colon between its name and its meaning")
    cells = (f"`{rule.name}`", meaning, ", ".join(rule.inputs), ", ".join(rule.forms), rule.source)
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"


def with_table(readme: str) -> str:
    """The README with its table made anew."""
    return _between(readme, f"{BEGIN}\n\n", f"\n{END}", table())


def made() -> Iterator[tuple[Path, str]]:
    """Every file that is made, and what it should hold; exports come before what imports them."""
    for family in FAMILIES:
        path = ROOT / "refmem" / "rules" / family / "__init__.py"
        yield path, family_exports(path.read_text(encoding="utf-8"), family)
    yield TOP, top_exports(TOP.read_text(encoding="utf-8"))
    yield README, with_table(README.read_text(encoding="utf-8"))


def main(arguments: list[str]) -> int:
    """Write what is made; with --check only say whether it is up to date, with --layers print the
    rooms of refmem and their arrows of import."""
    if "--layers" in arguments:
        from tools.layers import picture  # here, for it imports refmem

        print(picture())
        return 0
    stale = []
    for path, text in made():
        if path.read_text(encoding="utf-8") != text:
            stale.append(path)
            if "--check" not in arguments:
                path.write_text(text, encoding="utf-8")
    if "--check" not in arguments:
        return 0
    for path in stale:
        print(f"{path.relative_to(ROOT)} is out of date; run tools/table", file=sys.stderr)
    return int(bool(stale))


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
