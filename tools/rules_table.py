"""The README's table of rules, made from the rules' own docstrings."""

from __future__ import annotations

import sys
from pathlib import Path

import refmem
from refmem.memory.rule import Rule
from refmem.rules import FAMILIES

README = Path(__file__).parent.parent / "README.md"
BEGIN, END = "<!-- rules: made by tools/table -->", "<!-- end of rules -->"


def table() -> str:
    """One section a family, one row a rule: name, what it does, inputs, forms, source."""
    parts = []
    for family in FAMILIES.values():
        title, _, rest = (family.__doc__ or "").strip().partition(": ")
        parts += [f"**{title}**: {rest}", ""]
        parts += ["| rule | what it does | inputs | forms | source |", "|---|---|---|---|---|"]
        parts += [_row(getattr(refmem, name)) for name in family.__all__]
        parts.append("")
    return "\n".join(parts)


def _row(rule: Rule) -> str:
    _, colon, meaning = rule.summary.rstrip(".").partition(": ")
    if not colon:
        raise ValueError(f"{rule.name}: its summary has no colon between its name and its meaning")
    cells = (f"`{rule.name}`", meaning, ", ".join(rule.inputs), ", ".join(rule.forms), rule.source)
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"


def with_table(readme: str) -> str:
    """The README with its table made anew."""
    before, _, rest = readme.partition(BEGIN)
    _, _, after = rest.partition(END)
    return f"{before}{BEGIN}\n\n{table()}\n{END}{after}"


def main(arguments: list[str]) -> int:
    """Write the table; with --check only say whether it is up to date."""
    old = README.read_text()
    new = with_table(old)
    if "--check" in arguments:
        if old != new:
            print("README.md: the table of rules is out of date; run tools/table", file=sys.stderr)
        return int(old != new)
    README.write_text(new)
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
