"""Which cases kill which mutants: what `refmem mutants` prints."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

import numpy as np
from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table
from rich.text import Text

from refmem.memory.rule import Rule
from refmem.oracle.border.conventions import REFMEM
from refmem.oracle.border.layouts import Arrays
from refmem.oracle.cases.case import Case, find_case, find_rule, names_of
from refmem.oracle.explain.mutants import MUTANTS, Mutant, run_mutants
from refmem.oracle.explain.mutants.backward import GradientMutant, mutated_gradients
from refmem.oracle.explain.mutants.gradients import GRADIENT_MUTANTS
from refmem.oracle.verdict.budget import Expected, call_options, expect, judge
from refmem.oracle.verdict.gradients import expect_gradients, without_gradient
from refmem.oracle.verdict.laws import is_short
from refmem.oracle.verdict.sensitivity import DegenerateError
from refmem.support.arguments import ChoiceError
from refmem.support.wording import nearest_name

KILLED, EQUAL, SURVIVES, HARMS = "killed", "equivalent", "SURVIVES", "NOT HARMLESS"
"""Verdicts. Not harmless: the rule says that it is, and a case kills it."""

LISTED = 3
"""How many regimes that kill a mutant are named."""


@dataclass
class Kills:
    """What became of a mutant.

    rule    whose mistake it is
    tried   cases that can have the mistake
    by      those that it fails
    same    those in which it does what the rule does, to the last bit
    """

    mutant: Mutant | GradientMutant
    rule: str
    tried: list[str] = field(default_factory=list)
    by: list[str] = field(default_factory=list)
    same: list[str] = field(default_factory=list)

    def note(self, name: str, parts: Arrays, expected: Expected) -> None:
        """Whether a case kills it, by what it gives; or cannot tell it from what is right."""
        rounded = {part: x.astype(np.float32) for part, x in parts.items()}
        if not judge(expected, rounded).passed:
            self.by.append(name)
        elif all(np.array_equal(x, expected.truth[part]) for part, x in parts.items()):
            self.same.append(name)

    @property
    def verdict(self) -> str:
        """Killed; or equivalent: to the last bit in every case, or because the rule says why."""
        proven = self.mutant.name in find_rule(self.rule).harmless
        if self.by:
            return HARMS if proven else KILLED
        return EQUAL if proven or self.same == self.tried else SURVIVES


def try_gradients(
    rule: str, seeds: Iterable[int] | None, watch: Callable[[int, int], None]
) -> list[Kills]:
    """The same for mutants of gradients, with cases of 1 to 65 tokens."""
    kills = [(mutant, Kills(mutant, rule)) for mutant in GRADIENT_MUTANTS]
    names = [name for name in names_of(find_rule(rule), seeds) if is_short(name)]
    for done, name in enumerate(names, 1):
        case = find_case(name)
        if case.regime.name != "empty" and not without_gradient(case):
            with np.errstate(all="ignore"):
                backward = expect_gradients(case, REFMEM, np.float32)
                for mutant, one in kills:
                    if mutant.fits(case):
                        one.tried.append(name)
                        one.note(name, mutated_gradients(mutant, backward), backward.expected)
        watch(done, len(names))
    return [one for _, one in kills if one.tried]


def try_mutants(
    rule: str,
    seeds: Iterable[int] | None,
    watch: Callable[[int, int], None],
    enough: int | None = None,
) -> list[Kills]:
    """Every mutant that a case of the rule fits, with the cases that kill it in float32.

    With `enough`, a mutant that so many cases killed is not tried any more, short cases first.
    """
    kills = [Kills(mutant, rule) for mutant in MUTANTS]
    cases = [find_case(name) for name in names_of(_expect_mutants(find_rule(rule)), seeds)]
    if enough is not None:
        cases.sort(key=lambda case: max(x.size for x in case.inputs.values()))
    for done, case in enumerate(cases, 1):
        left = [one for one in kills if enough is None or len(one.by) < enough]
        with np.errstate(all="ignore"):
            _try_all(case, [one for one in left if one.mutant.fits(case)])
        watch(done, len(cases))
    return [one for one in kills if one.tried]


def _expect_mutants(rule: Rule) -> Rule:
    """A rule says of mutants that exist that they are harmless to it."""
    known = [mutant.name for mutant in MUTANTS]
    for name in rule.harmless:
        if name not in known:
            raise ChoiceError(
                f"rule {rule.path} says harmless={{{name!r}: ...}}, expected one of "
                f"{', '.join(known)}{nearest_name(name, known)}"
            )
    return rule


def _try_all(case: Case, kills: list[Kills]) -> None:
    """Note what each of these mutants, which all fit, makes of a case."""
    if not kills:
        return
    inputs = REFMEM.to_foreign(case, np.float32)
    try:
        expected = expect(case, inputs, REFMEM, np.float32)
    except DegenerateError as error:
        raise ChoiceError(
            f"{error}, expected a case that shows something: say unasked={{{case.regime.name!r}: "
            "...}, and why, where the rule is made"
        ) from error
    seen = REFMEM.to_grammar(case, inputs, np.float64)
    call = call_options(case, REFMEM)
    for one in kills:
        assert isinstance(one.mutant, Mutant)
        one.tried.append(case.name)
        one.note(case.name, run_mutants([one.mutant], case, seen, call), expected)


def show_kills(rule: str, kills: list[Kills], console: Console) -> int:
    """Print the table; returns how many mutants survive."""
    table = Table(
        title=Text(f"mutants of {rule}", style="bold"),
        title_justify="left",
        box=SIMPLE_HEAD,
        show_edge=False,
        pad_edge=False,
    )
    table.add_column("mutant", no_wrap=True)
    table.add_column("killed by", justify="right", no_wrap=True)
    table.add_column("regimes that kill it")
    for one in kills:
        regimes = list(dict.fromkeys(name.split("/")[1] for name in one.by))
        more = f" and {len(regimes) - LISTED} more" if len(regimes) > LISTED else ""
        said = ", ".join(regimes[:LISTED]) + more if one.verdict == KILLED else one.verdict
        table.add_row(one.mutant.name, f"{len(one.by)} of {len(one.tried)}", said)
    console.print(table)
    survivors = sum(one.verdict in (SURVIVES, HARMS) for one in kills)
    console.print(f"{len(kills)} mutants: {len(kills) - survivors} killed or equivalent")
    return survivors
