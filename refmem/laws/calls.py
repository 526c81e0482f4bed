"""Parts of a call: a call is everything that a rule is called with, by name."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from refmem.grammar.inputs import Inputs
from refmem.laws.systems import Numbers
from refmem.memory import StateRule
from refmem.memory.rule import Rule

Call = dict[str, Any]
"""Arrays, options, and perhaps a state: a law is about `rule(**call)`."""


def time_axis(rule: Rule, name: str) -> int | None:
    """Where an input's time axis is, counted from the end; None if it has none."""
    axes = rule.inputs[name].split()
    places = (p - len(axes) for p, axis in enumerate(axes) if "T" in axis.split("*"))
    return next(places, None)


def tokens(rule: Rule, x: Call) -> int:
    """How many tokens a call is about."""
    plain = (n for n, shape in rule.inputs.items() if "T" in shape.split() and n in x)
    name = next(plain)
    return int(x[name].shape[time_axis(rule, name)])


def cut(rule: Rule, x: Call, start: int, stop: int) -> Call:
    """The call about tokens start..stop-1 only, from no state."""
    T = max(tokens(rule, x), 1)
    part = {name: value for name, value in x.items() if name != "state"}
    for name in rule.inputs.keys() & part.keys():
        place = time_axis(rule, name)
        if place is not None:
            rows = part[name].shape[place] // T
            window = slice(start * rows, stop * rows)
            part[name] = part[name][(..., window) + (slice(None),) * (-place - 1)]
    return part


def redrawn_from(rule: Rule, system: Numbers, x: Call, t: int) -> Call:
    """The same call with other numbers at token t and every later one."""
    random = np.random.default_rng(t)
    T, call = tokens(rule, x), dict(x)
    for name in rule.inputs.keys() & x.keys():
        place = time_axis(rule, name)
        if place is not None:
            kept = cut(rule, x, 0, t)[name]
            shape = cut(rule, x, t, T)[name].shape
            fresh = system.draw(random, shape, *rule.kinds[name].drawn)
            call[name] = np.concatenate([kept, fresh], axis=place)
    return call


def bound(rule: StateRule, x: Call) -> tuple[Any, Inputs]:
    """The state before the first token, and the inputs as the rule's own functions take them."""
    given = {name: x[name] for name in (rule.inputs | rule.options).keys() & x.keys()}
    return rule.start(x.get("state"), rule.bind((), given, x.get("state"), x.get("scale")))


def arrays(x: Any) -> Iterator[np.ndarray]:
    """Every array in a call, a result or a state."""
    if isinstance(x, np.ndarray):
        yield x
    elif isinstance(x, dict | tuple | list):
        for part in x.values() if isinstance(x, dict) else x:
            yield from arrays(part)
