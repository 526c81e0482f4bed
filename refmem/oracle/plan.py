"""What a run asks of a target: names of cases, laws and gradients, and what that leaves out."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from refmem.memory import Rule
from refmem.oracle.cases.case import find_case, find_rule, names_of, suited
from refmem.oracle.cases.regime import Regime
from refmem.oracle.smoke import smoke_cases
from refmem.oracle.targets.contract import STATE, Contract
from refmem.oracle.targets.running import contract_of
from refmem.oracle.targets.target import Target
from refmem.oracle.verdict.laws import is_law, laws_of
from refmem.support.arguments import ChoiceError
from refmem.support.wording import nearest_name


@dataclass(frozen=True)
class Plan:
    """What is run.

    names    of cases, laws and gradients
    partial  what this is a part of everything by, in words; "" if it is everything
    """

    names: tuple[str, ...]
    partial: str = ""


def make_plan(
    target: Target,
    rule: str | None = None,
    case: str | None = None,
    seeds: Iterable[int] | None = None,
    regimes: Iterable[str] = (),
    properties: bool = False,
    gradients: bool = False,
    fail_fast: bool = False,
    smoke: bool = False,
) -> Plan:
    """Every case of a target's rules, or what is chosen of them.

    `ChoiceError` says which choice does not exist.
    """
    if case is not None:
        _of(target, _rule_of(case))
        return Plan((case,), "one case")
    rules = target.rules if rule is None else (_of(target, rule),)
    chosen = tuple(regimes)
    _expect_regimes(rules, chosen)
    names = [name for one in rules for name in _cases(find_rule(one), target, seeds, smoke)]
    if chosen:
        names = [name for name in names if name.split("/")[1] in chosen]
    names += laws_of(rules, names, properties and not chosen, gradients)
    parts = [f"regime {', '.join(chosen)}"] if chosen else []
    parts += ["a few cases of each rule"] if smoke else []
    parts += ["until the first failure"] if fail_fast else []
    return Plan(tuple(names), "; ".join(parts))


def expect_one_choice(
    rule: str | None, case: str | None, seeds: Iterable[int] | None, smoke: bool = False
) -> None:
    """`ChoiceError` where a case is chosen, and beside it another rule, or seeds; or a smoke run,
    which is a choice of cases, too."""
    if smoke and (case is not None or seeds is not None):
        raise ChoiceError("check: smoke chooses cases itself, expected no case and no seeds beside")
    if case is not None and (rule not in (None, _rule_of(case)) or seeds is not None):
        raise ChoiceError(f"check: case {case} names its rule and seed, expected no other")


def _rule_of(case: str) -> str:
    return case.split("/")[0] if is_law(case) else find_case(case).rule.path


def _of(target: Target, rule: str) -> str:
    """The rule's name, if the target has it."""
    name = find_rule(rule).path
    if name not in target.rules:
        raise ChoiceError(
            f"{target.name}: rule has name {name!r}, expected one of {', '.join(target.rules)}, "
            "because the target has no other"
        )
    return name


def _expect_regimes(rules: Iterable[str], chosen: Iterable[str]) -> None:
    known = {regime.name for rule in rules for regime in suited(find_rule(rule))}
    for name in chosen:
        if name not in known:
            raise ChoiceError(
                f"check: regime has name {name!r}, expected one of {', '.join(sorted(known))}"
                f"{nearest_name(name, known)}"
            )


def _cases(rule: Rule, target: Target, seeds: Iterable[int] | None, smoke: bool) -> Iterator[str]:
    """Names of a rule's cases; of those that a contract makes alike, the first."""
    contract, seen = contract_of(target), set()
    regimes = {regime.name: regime for regime in suited(rule)}
    for name in smoke_cases(rule.path) if smoke else names_of(rule, seeds):
        _, regime, seed = name.split("/")
        alike = regime, _form_of(contract, regimes[regime].of_seed(int(seed)))
        if seeds is not None or not contract.resizes or alike not in seen:
            seen.add(alike)
            yield name


def _form_of(contract: Contract, regime: Regime) -> tuple[Any, ...]:
    """What tells the cases of a regime apart, but for their numbers."""
    one = contract.resized(regime)
    state = one.state and STATE not in contract.lacks
    return one.lengths, one.sequences, state, tuple(one.options.items())
