"""What a function takes, read from its signature before it is called."""

from __future__ import annotations

import ast
import dataclasses
import inspect
import re
from collections.abc import Callable, Mapping
from inspect import Parameter
from typing import Any

from refmem.memory import Rule, StaticRule
from refmem.oracle.border.conventions import Convention
from refmem.oracle.border.facts import PARAMETERS
from refmem.oracle.border.presets import PRESETS
from refmem.oracle.border.signature import describe_call
from refmem.oracle.targets.contract import SCALE, STATE, Contract
from refmem.oracle.targets.target import UnavailableError
from refmem.support.wording import nearest_name

USUAL = {word for preset in PRESETS.values() for word in preset.extra}
"""What presets tell their projects' functions, and a function like them need not take."""


def found(
    function: Callable[..., Any], rule: Rule, convention: Convention, contract: Contract
) -> Contract:
    """The contract, with what the function's signature does not take declared lacking.

    `UnavailableError` where it cannot be called as the convention says: it lacks an input that
    every call has, or it needs an argument that no call has, or it is told what it does not take.
    """
    parameters = parameters_of(function)
    takes = taken(parameters)
    known, beside = theirs_of(rule, convention), beside_gates(rule, convention)
    extra = {*convention.extra, *contract.extra}
    lacks = [] if takes is None else [ours for ours, theirs in known.items() if theirs not in takes]
    if takes is not None:
        _expect_parameters(_called(function), takes, beside)
        _expect_inputs(_called(function), takes, {n: known[n] for n in lacks if is_needed(n, rule)})
        _expect_taken(_called(function), takes, extra)
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


def is_needed(name: str, rule: Rule) -> bool:
    """Whether every call of a rule has that input."""
    return name in rule.inputs and name not in rule.defaults


def _expect_parameters(called: str, takes: set[str], beside: Mapping[str, str]) -> None:
    for name, theirs in beside.items():
        if theirs not in takes:
            raise UnavailableError(
                f"{called} takes {', '.join(takes)}, expected {theirs} as "
                f"well{nearest_name(theirs, takes)}: --parameters says which of "
                f"{', '.join(PARAMETERS)} there are, --rename {name}=THEIRS what it is called there"
            )


def _expect_inputs(called: str, takes: set[str], missing: Mapping[str, str]) -> None:
    for name, theirs in missing.items():
        raise UnavailableError(
            f"{called} takes {', '.join(takes)}, expected {theirs} as well"
            f"{nearest_name(theirs, takes)}: --rename {name}=THEIRS says what it is called there"
        )


def _expect_taken(called: str, takes: set[str], extra: set[str]) -> None:
    for name in extra - takes - USUAL:
        raise UnavailableError(
            f"{called} takes {', '.join(takes)}, expected no {name}, which is said to be passed "
            f"always{nearest_name(name, takes)}"
        )


def told(function: Callable[..., Any], convention: Convention) -> Convention:
    """The convention, without what presets tell their projects' functions and this does not take.

    >>> from refmem.oracle.border.presets import find_convention
    >>> told(lambda query, key, value: None, find_convention("torch-sdpa")).extra
    {}
    """
    takes = taken(parameters_of(function))
    if takes is None:
        return convention
    extra = {name: x for name, x in convention.extra.items() if name in takes}
    return dataclasses.replace(convention, extra=extra)


def taken(parameters: Mapping[str, Parameter]) -> set[str] | None:
    """What can be passed by name; None where that is not known, or anything."""
    if not parameters or any(p.kind is p.VAR_KEYWORD for p in parameters.values()):
        return None
    return {n for n, p in parameters.items() if p.kind is not p.POSITIONAL_ONLY}


def needed(function: Callable[..., Any]) -> set[str]:
    """What has to be passed: the parameters without a default."""
    return {n for n, p in parameters_of(function).items() if p.default is p.empty}


def parameters_of(function: Callable[..., Any]) -> Mapping[str, Parameter]:
    """What a function takes, by its signature, or as its documentation begins; {} if none says."""
    try:
        return inspect.signature(function).parameters
    except (ValueError, TypeError):  # of a builtin
        return documented(_called(function), getattr(function, "__doc__", None) or "")


def documented(name: str, text: str) -> dict[str, Parameter]:
    """The parameters in the call that a documentation begins with, as that of torch's builtins.

    >>> list(documented("f", "f(x, y=None, *, out=None) -> Tensor: ..."))
    ['x', 'y', 'out']
    >>> documented("f", "Computes f(x).")
    {}
    """
    call = re.match(rf"\s*{re.escape(name)}(\(.*?\)) *(?:->|\n|$)", text, re.DOTALL)
    try:
        (made,) = ast.parse(f"def f{call[1] if call else '()'}: pass").body
    except SyntaxError:
        return {}
    assert isinstance(made, ast.FunctionDef)
    both = [*made.args.posonlyargs, *made.args.args]
    usual = [Parameter.empty] * (len(both) - len(made.args.defaults)) + [None] * len(both)
    found = {
        one.arg: Parameter(one.arg, Parameter.POSITIONAL_OR_KEYWORD, default=default)
        for one, default in zip(both, usual, strict=False)
    }
    for one, default in zip(made.args.kwonlyargs, made.args.kw_defaults, strict=True):
        given = Parameter.empty if default is None else None
        found[one.arg] = Parameter(one.arg, Parameter.KEYWORD_ONLY, default=given)
    return found


def theirs_of(rule: Rule, convention: Convention) -> dict[str, str]:
    """Everything that a call may pass, by refmem's name: what it is called there."""
    names = [*rule.inputs, *rule.options]
    if not isinstance(rule, StaticRule):
        names.append(STATE)
    if rule.scaled and convention.takes_scale:
        names.append(SCALE)
    return {name: convention.name(name) for name in names}


def beside_gates(rule: Rule, convention: Convention) -> dict[str, str]:
    """What a gate is computed with beside its raw numbers, likewise."""
    rows = describe_call(rule, convention, "float32").arguments
    return {row.of: row.name for row in rows if row.of in PARAMETERS}


def _called(function: Callable[..., Any]) -> str:
    return getattr(function, "__qualname__", type(function).__name__)
