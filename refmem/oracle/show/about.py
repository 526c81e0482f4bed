"""What a report is about: the rule's equation, the convention, versions, and the command again."""

from __future__ import annotations

import dataclasses
import importlib.metadata
import platform
from collections.abc import Mapping
from typing import Any

import numpy as np

from refmem.oracle.border.conventions import Convention
from refmem.oracle.cases.case import find_rule
from refmem.oracle.targets.target import Target
from refmem.oracle.verdict.laws import parts_of
from refmem.oracle.verdict.outcomes import Report

Facts = dict[str, str]
"""What is said -> of what it is."""


def equations(report: Report) -> Facts:
    """Rule -> its equation, for every rule of a report."""
    rules = dict.fromkeys(one.rule for one in report.outcomes)
    return {name: find_rule(name).equation for name in rules}


def conventions(report: Report, target: Target) -> Facts:
    """How each part of a target takes its arrays: what differs from refmem's grammar."""
    found = {}
    for rule in dict.fromkeys(one.rule for one in report.outcomes):
        for part in parts_of(target, rule):
            found[", ".join(part.operators)] = f"{part.dtype}, {convention(part.convention)}"
    return found


def convention(one: Convention) -> str:
    """A convention in words: its fields that are not the usual ones.

    >>> convention(Convention(layout="bthd", gate="log"))
    'layout bthd, gate log'
    """
    usual = {field.name: getattr(Convention(), field.name) for field in dataclasses.fields(one)}
    said = [
        f"{name} {_value(value)}"
        for name, value in vars(one).items()
        if name in usual and value != usual[name]
    ]
    return ", ".join(said) or "refmem's own grammar"


def _value(value: Any) -> str:
    if isinstance(value, Mapping):
        return " ".join(f"{ours}={theirs}" for ours, theirs in value.items())
    return " ".join(map(str, value)) if isinstance(value, tuple) else str(value)


def versions(target: Target) -> Facts:
    """Of refmem, of Python and NumPy, and of the packages that a target's functions come from."""
    found = {"refmem": _version("refmem"), "Python": platform.python_version()}
    found["numpy"] = np.__version__
    for part in getattr(target, "parts", (target,)):
        module = getattr(getattr(part, "function", part), "__module__", "") or ""
        for name in (module.partition(".")[0], getattr(part, "library", "")):
            if name and name not in found and (version := _version(name)):
                found[name] = version
    return {name: version for name, version in found.items() if version}


def _version(package: str) -> str:
    """A package's version; "" if none is installed by that name."""
    try:
        return importlib.metadata.version(package)
    except importlib.metadata.PackageNotFoundError:
        return ""
