"""What a function takes, read from its signature before it is called."""

from __future__ import annotations

import dataclasses
import inspect
from collections.abc import Callable
from typing import Any

from refmem.memory import Rule, StaticRule
from refmem.oracle.border.conventions import Convention
from refmem.oracle.border.facts import PARAMETERS
from refmem.oracle.border.signature import describe_call
from refmem.oracle.targets.contract import SCALE, STATE, Contract
from refmem.oracle.targets.target import UnavailableError
from refmem.support.wording import nearest_name


def found(
    function: Callable[..., Any], rule: Rule, convention: Convention, contract: Contract
) -> Contract:
    """The contract, with what the function's signature does not take declared lacking.

    `UnavailableError` where it cannot be called as the convention says: it lacks an input that
    every call has, or it needs an argument that no call has.
    """
    try:
        parameters = inspect.signature(function).parameters
    except (ValueError, TypeError):  # of a builtin, which says nothing
        return contract
    if any(p.kind is p.VAR_KEYWORD for p in parameters.values()):
        return contract
    takes = {n for n, p in parameters.items() if p.kind is not p.POSITIONAL_ONLY}
    known, beside = theirs_of(rule, convention), parameters_of(rule, convention)
    for name, theirs in beside.items():
        if theirs not in takes:
            raise UnavailableError(
                f"{_called(function)} takes {', '.join(takes) or 'nothing'}, expected {theirs} as "
                f"well{nearest_name(theirs, takes)}: --parameters says which of "
                f"{', '.join(PARAMETERS)} there are, --rename {name}=THEIRS what it is called there"
            )
    lacks = [ours for ours, theirs in known.items() if theirs not in takes]
    for name in lacks:
        if name in rule.inputs and name not in rule.defaults:
            raise UnavailableError(
                f"{_called(function)} takes {', '.join(takes) or 'nothing'}, expected "
                f"{known[name]} as well{nearest_name(known[name], takes)}: --rename {name}=THEIRS "
                "says what it is called there"
            )
    extra = {*convention.extra, *contract.extra}
    given = {*known.values(), *beside.values(), *convention.names.values(), *extra}
    for name, parameter in parameters.items():
        named = parameter.kind in (parameter.POSITIONAL_OR_KEYWORD, parameter.KEYWORD_ONLY)
        if named and parameter.default is parameter.empty and name not in given:
            raise UnavailableError(
                f"{_called(function)} needs {name}, which {rule.name} does not pass: "
                f"--rename OURS={name} says which input it is, --extra {name}=VALUE what else"
            )
    every = tuple(dict.fromkeys((*contract.lacks, *lacks)))
    return dataclasses.replace(contract, lacks=every)


def theirs_of(rule: Rule, convention: Convention) -> dict[str, str]:
    """Everything that a call may pass, by refmem's name: what it is called there."""
    names = [*rule.inputs, *rule.options]
    if not isinstance(rule, StaticRule):
        names.append(STATE)
    if rule.scaled and convention.takes_scale:
        names.append(SCALE)
    return {name: convention.name(name) for name in names}


def parameters_of(rule: Rule, convention: Convention) -> dict[str, str]:
    """What a gate is computed with beside its raw numbers, likewise."""
    rows = describe_call(rule, convention, "float32").arguments
    return {row.of: row.name for row in rows if row.of in PARAMETERS}


def _called(function: Callable[..., Any]) -> str:
    return getattr(function, "__qualname__", type(function).__name__)
