"""The few cases of each rule that kill the most mutants: what a quick check runs.

They were chosen by measurement: `tools/smoke` tries every mutant on every case, until enough cases
killed it, and takes the case that kills the most of what is left, again and again.
"""

from __future__ import annotations

from collections.abc import Sequence

from refmem.oracle.cases.case import find_rule, names_of
from refmem.oracle.smoke_table import MEASURED

MOST = 20
"""Cases of a rule at most."""


def smoke_cases(rule: str) -> list[str]:
    """Names of the cases of a rule that kill the most mutants, the best first.

    Of a rule that was not measured, such as one from outside, or whose cases are others by now: a
    case of each regime.

    >>> len(smoke_cases("gated_delta")) <= MOST
    True
    """
    names = names_of(find_rule(rule))
    measured = [f"{rule}/{name}" for name in MEASURED.get(rule, (0, ""))[1].split()]
    known = measured if set(measured) <= set(names) else []
    return known or one_of_each_regime(names)[:MOST]


def one_of_each_regime(names: Sequence[str]) -> list[str]:
    """The second case of each regime, or its only one: the first is often of a single token."""
    of_regime: dict[str, list[str]] = {}
    for name in names:
        of_regime.setdefault(name.split("/")[1], []).append(name)
    return [some[min(1, len(some) - 1)] for some in of_regime.values()]
