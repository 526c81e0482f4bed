"""Measure which cases of each rule kill the most mutants, and write the table that `--smoke` reads.

tools/smoke               measure the rules whose cases, or the mutants, changed
tools/smoke RULE ...      only these
tools/smoke --check       say which rules are out of date; exit code 1 if any is
"""

from __future__ import annotations

import sys
import time
import zlib
from collections.abc import Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

from refmem.memory.rule import Rule
from refmem.oracle.cases.case import checkable_rules, names_of
from refmem.oracle.explain.mutants import MUTANTS
from refmem.oracle.explain.mutants.table import try_mutants
from refmem.oracle.smoke import MOST
from refmem.oracle.smoke_table import MEASURED

ROOT = Path(__file__).parent.parent
TABLE = ROOT / "refmem" / "oracle" / "smoke_table.py"

ENOUGH = 6
"""Killers of a mutant that are looked for: the chosen case is one of them."""

HEAD = '''"""Which cases of each rule kill the most mutants: measured by tools/smoke."""

# ruff: noqa: E501
# fmt: off

MEASURED: dict[str, tuple[int, str]] = {
'''
TAIL = '''}
"""Rule -> fingerprint of its cases and of all mutants, and the cases, the best first."""
'''

Measured = tuple[int, str]
"""As in the table."""


def measure(rule: str) -> tuple[Measured, str]:
    """The row of a rule, and what is to be said of it."""
    begun = time.perf_counter()
    kills = try_mutants(rule, None, lambda done, total: None, enough=ENOUGH)
    killers = {one.mutant.name: one.by for one in kills if one.by}
    names = names_of(checkable_rules()[rule])
    chosen = choose(killers, names)
    killed = sum(bool(set(by) & set(chosen)) for by in killers.values())
    said = f"{killed} of {len(kills)} mutants, {len(killers)} of which some case kills"
    seconds = time.perf_counter() - begun
    cases = " ".join(name.partition("/")[2] for name in chosen)
    row = fingerprint(checkable_rules()[rule]), cases
    return row, f"{rule}: {len(chosen)} cases kill {said}; {seconds:.0f} s"


def fingerprint(rule: Rule) -> int:
    """Of what was measured: the names of all mutants, and of all cases of the rule."""
    said = [mutant.name for mutant in MUTANTS] + names_of(rule)
    return zlib.crc32("\n".join(said).encode())


def choose(killers: Mapping[str, Sequence[str]], names: Sequence[str]) -> list[str]:
    """At most `MOST` cases, by mutant -> the cases that kill it; of equals the first in `names`.

    What kills the most mutants that none before it killed comes first. If that is all of them, the
    rest are cases of regimes that are not there yet, those first that kill the most.
    """
    kills = {name: {m for m, by in killers.items() if name in by} for name in names}
    left, chosen = set(killers), list[str]()
    while left and len(chosen) < MOST:
        best = max(names, key=lambda name: len(kills[name] & left))
        if not kills[best] & left:
            break
        chosen.append(best)
        left -= kills[best]
    regimes = {name.split("/")[1] for name in chosen}
    for name in sorted(names, key=lambda name: -len(kills[name])):
        if len(chosen) < MOST and name.split("/")[1] not in regimes:
            chosen.append(name)
            regimes.add(name.split("/")[1])
    return chosen


def stale() -> list[str]:
    """Rules whose cases, or the mutants, are others than those that were measured."""
    rules = checkable_rules()
    return [n for n, rule in rules.items() if MEASURED.get(n, (0, ""))[0] != fingerprint(rule)]


def text(table: Mapping[str, Measured]) -> str:
    """The table as a file."""
    rows = (f'    "{rule}": ({mark}, "{cases}"),\n' for rule, (mark, cases) in table.items())
    return f"{HEAD}{''.join(rows)}{TAIL}"


def main(arguments: list[str]) -> int:
    """Measure, and write after every rule, so that what was measured is kept."""
    rules = [one for one in arguments if not one.startswith("-")] or stale()
    if "--check" in arguments:
        for rule in rules:
            print(f"{rule} is out of date; run tools/smoke {rule}", file=sys.stderr)
        return int(bool(rules))
    table = {name: MEASURED[name] for name in checkable_rules() if name in MEASURED}
    with ProcessPoolExecutor() as pool:
        for rule, (row, said) in zip(rules, pool.map(measure, rules), strict=True):
            table[rule] = row
            print(said, flush=True)
            TABLE.write_text(text(dict(sorted(table.items()))), encoding="utf-8")
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
