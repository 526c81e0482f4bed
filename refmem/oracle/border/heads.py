"""Which inputs have heads of their own where several queries, or several values, share a key."""

from __future__ import annotations

from typing import Any

from refmem.memory.rule import Rule
from refmem.oracle.border.layouts import is_timed


def may_share(group: str, rule: Rule) -> bool:
    """Whether a rule has what may have more heads than its keys: "queries", or "values"."""
    if group == "queries":
        return {"q", "v"} <= set(rule.inputs)
    kinds = {kind.name for kind in rule.kinds.values()}
    return {"k", "v"} <= set(rule.inputs) or {"query", "key", "value"} <= kinds


def is_of_queries(rule: Any, name: str) -> bool:
    """Whether every query head has one of its own: a rule that keeps a cache says what has."""
    return name in getattr(rule, "queries", ("q",))


def is_of_values(rule: Rule, name: str) -> bool:
    """Whether every value head has one of its own: all that tokens have but shared keys; the
    state; and of the parameters those that are neither of key channels nor of queries."""
    if name not in rule.inputs:
        return True
    if name in getattr(rule, "queries", ()):
        return False
    axes = tuple(rule.inputs[name].split())
    if is_timed(axes):
        return name not in _shared_keys(rule)
    return "V" in axes or not {"K", "M"} & set(axes)


def _shared_keys(rule: Rule) -> set[str]:
    named = {"q", "k"} & set(rule.inputs)
    return named or {name for name, kind in rule.kinds.items() if kind.name in ("query", "key")}
