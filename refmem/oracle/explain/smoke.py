"""The few cases of each rule that kill the most mutants: what a quick check runs.

They were chosen by measurement: `tools/smoke` tries every mutant on every case, until enough cases
killed it, and takes the case that kills the most of what is left, again and again.
"""

from __future__ import annotations

import zlib
from collections.abc import Mapping, Sequence

from refmem.memory.rule import Rule
from refmem.oracle.cases.case import find_rule, names_of
from refmem.oracle.explain.mutants import MUTANTS
from refmem.oracle.explain.smoke_table import MEASURED

MOST = 20
"""Cases of a rule at most."""


def smoke_cases(rule: str) -> list[str]:
    """Names of the cases of a rule that kill the most mutants, the best first.

    Of a rule that was not measured, such as one from outside: a case of each regime.

    >>> len(smoke_cases("gated_delta")) <= MOST
    True
    """
    one = find_rule(rule)
    if rule in MEASURED:
        return [f"{rule}/{name}" for name in MEASURED[rule][1].split()]
    return one_of_each_regime(names_of(one))[:MOST]


def one_of_each_regime(names: Sequence[str]) -> list[str]:
    """The second case of each regime, or its only one: the first is often of a single token."""
    of_regime: dict[str, list[str]] = {}
    for name in names:
        of_regime.setdefault(name.split("/")[1], []).append(name)
    return [some[min(1, len(some) - 1)] for some in of_regime.values()]


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
