"""What a gradient is compared with: a derivative that no rule for derivatives went into.

Every input becomes x + h dx, a power series in h of which only the first two terms are kept, and
the rule's own lines run on these. The second term of <dout, out> + <dstate, state> is the exact
derivative in the direction dx.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from typing import Any

import numpy as np

from refmem.derivative.tape import boxed, each_leaf, leaves
from refmem.laws.calls import Call
from refmem.laws.draws import sample
from refmem.laws.exemptions import why_exempt
from refmem.laws.systems import INTERVALS, RATIONALS, Numbers, flint
from refmem.memory.rule import Rule


def series_numbers(rule: Rule) -> Numbers:
    """The rationals, or intervals where a rule leaves them."""
    return INTERVALS if why_exempt("rationals", rule) else RATIONALS


def series(system: Numbers) -> Any:
    """Power series over these numbers."""
    return {"fmpq": flint().fmpq_series, "arb": flint().arb_series}[system.name]


def like(system: Numbers, tree: Any, seed: int) -> Any:
    """Random numbers in the place of every array: a direction, or a cotangent."""
    random = np.random.default_rng([seed, 2])
    draw = lambda x: boxed(system.draw(random, np.shape(x), -1, 1))  # noqa: E731
    return each_leaf(lambda x: None if x is None else draw(x), tree)


def inner(one: Any, other: Any) -> Any:
    """The sum over all entries of all arrays of their products."""
    pairs = zip(leaves(one), leaves(other), strict=True)
    return sum((np.sum(x * y) for x, y in pairs if x is not None and y is not None), start=0)


def variables(rule: Rule, x: Call) -> dict[str, Any]:
    """What a call is a function of: its inputs, and the state where it has one."""
    return {
        name: value
        for name, value in x.items()
        if name in {*rule.inputs, "state"} and value is not None
    }


def with_cotangents(
    rule: Rule, system: Numbers, seed: int = 0, **sizes: Any
) -> tuple[Call, Any, Any]:
    """A call whose inputs broadcast over two leading axes, and cotangents of what it returns."""
    usual: dict[str, Any] = {"T": 3, "K": 2, "V": 2, "lead": (2, 2), "spread": True}
    x = sample(rule, system, seed, **usual | sizes)
    out, state = rule(**x)
    return x, like(system, out, seed), like(system, state, seed + 1)


def derivative(rule: Rule, system: Numbers, x: Call, changes: Call, *by: Any) -> Any:
    """The derivative of <dout, out> + <dstate, state> as `changes` are made, for by = those two."""

    def line(start: Any, change: Any) -> Any:
        start, change = boxed(start), boxed(change)
        out = np.empty(start.shape, dtype=object)
        for index in np.ndindex(out.shape):
            out[index] = series(system)([start[index], change[index]])
        return out

    with terms(2):
        given = variables(rule, x)
        moved = {name: _together(line, start, changes.get(name)) for name, start in given.items()}
        total = inner(by, tuple(rule(**(x | moved))))
        return (total + series(system)([0, 0]))[1]


def _together(line: Any, start: Any, change: Any) -> Any:
    """Every input moves, if only by nothing: numbers of one call are of one kind."""
    if change is None:
        change = each_leaf(lambda x: None if x is None else x * 0, start)
    pairs = zip(leaves(start), leaves(change), strict=True)
    moved = iter([None if s is None else line(s, c) for s, c in pairs])
    return each_leaf(lambda _: next(moved), start)


@contextlib.contextmanager
def terms(kept: int) -> Iterator[None]:
    """Series keep so many terms within."""
    context = flint().ctx
    before, context.cap = context.cap, kept
    try:
        yield
    finally:
        context.cap = before
