"""What is said where nothing came of a call, and how to declare what a function does otherwise.

A call that ends in a TypeError is no numeric mistake: the function has other arguments than the
rule, and a declaration says which.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from refmem.oracle.border.conventions import Convention
from refmem.oracle.cases.case import Case

NUMBERS = re.compile(r"\d+(\.\d+)?(e[+-]?\d+)?")

UNEXPECTED = re.compile(r"got an unexpected keyword argument '(\w+)'|(\w+)\(\) got some positional")
MISSING = re.compile(r"missing \d+ required (?:positional|keyword-only) arguments?: (.+)")
NAMED = re.compile(r"'(\w+)'")

RETURNED = re.compile(r"(?:returned|expected) .*expected \(out, state\)")


def alike(reasons: Mapping[str, str]) -> dict[str, list[str]]:
    """What was said, numbers left out -> the cases in which it was, the most frequent first."""
    groups: dict[str, list[str]] = {}
    for name, reason in reasons.items():
        groups.setdefault(NUMBERS.sub("#", reason), []).append(name)
    return dict(sorted(groups.items(), key=lambda item: -len(item[1])))


def advice(reason: str, case: Case, convention: Convention) -> list[str]:
    """How a function that raised this is declared to be what it is; nothing if it may be wrong."""
    unexpected, missing = UNEXPECTED.search(reason), MISSING.search(reason)
    if unexpected and unexpected.group(1):
        return _lacks(unexpected.group(1), case, convention)
    if missing:
        return [_rename(name, case, convention) for name in NAMED.findall(missing.group(1))]
    if RETURNED.search(reason):
        return ["if it returns something else, say what: --returns out, or --returns out,lse"]
    return []


def _lacks(theirs: str, case: Case, convention: Convention) -> list[str]:
    """An argument that the function does not take."""
    ours = {convention.name(name): name for name in (*case.inputs, "state")}
    name = ours.get(theirs, theirs)
    what = f" ({name})" if name != theirs else ""
    return [
        f"the function has no argument {theirs}{what}: this is no mistake in its numbers",
        f"if it lacks it, declare that: --lacks {name.partition('.')[0]}; if it calls it something "
        f"else: --rename {name}=...",
    ]


def _rename(theirs: str, case: Case, convention: Convention) -> str:
    """An argument that the function wants and was not given."""
    given = ", ".join(convention.name(name) for name in _inputs(case))
    return (
        f"the function wants an argument {theirs}, and was given {given}: name the input that it "
        f"is with --rename NAME={theirs}, or pass a fixed value with --extra {theirs}=..."
    )


def _inputs(case: Case) -> Iterable[str]:
    return (name for name in case.inputs if name in case.axes)
