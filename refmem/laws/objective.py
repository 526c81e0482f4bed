"""Law: a write is one gradient step on the rule's objective.

    S[t] = S  - grad L(S)         from the state before, S = S[t-1]
    S[t] = S' - grad L(S')        from what forgetting left: the step with every write strength 0
    S[t] = S  - grad L(S[t])      from where it arrives: an implicit step

One of the three holds for all tokens of a rule whose state is one matrix; how long the step is, is
part of L. The tape differentiates the objective that the rule ships.
"""

from __future__ import annotations

import inspect
from collections.abc import Iterator
from typing import Any

import numpy as np

from refmem.algebra import ones
from refmem.derivative.tape import pull, traced, values
from refmem.laws.calls import Call, bound
from refmem.laws.draws import proof_numbers, sample
from refmem.laws.exact import assert_same
from refmem.laws.law import Law, itself
from refmem.laws.systems import FLOAT64
from refmem.memory import StateRule
from refmem.memory.rule import Rule


def write_is_descent(rule: Any, x: Call) -> None:
    """Raise unless one of the three readings is the step for every token."""
    S, inputs = bound(rule, x)
    if not inputs.lead:  # an exact loss without an axis would be a bare number
        S, inputs = S[None], inputs.broadcast((1,))
    wrong: dict[str, AssertionError] = {}
    for t in range(inputs.T):
        token = inputs.token(t)
        after, _ = rule.step(S, **token)
        readings = list(_readings(rule, S, after, token))
        for where, start, at in readings:
            try:
                what = f"{rule.name}.objective: a step from {where} at token {t}"
                assert_same(start - slope(rule, at, token), after, what)
            except AssertionError as error:
                wrong.setdefault(where, error)
        if len(wrong) == len(readings):
            first, *others = wrong
            also = "".join(f"; nor is it one from {where}" for where in others)
            raise AssertionError(f"{wrong[first]}{also}")
        S = after


def _readings(
    rule: Any, S: np.ndarray, after: np.ndarray, token: Call
) -> Iterator[tuple[str, np.ndarray, np.ndarray]]:
    """Where a step may begin, and where its gradient is taken."""
    yield "the state before", S, S
    yield "the state before, its gradient where it arrives,", S, after
    strengths = [name for name, kind in rule.kinds.items() if kind.name == "write strength"]
    if strengths:
        left, _ = rule.step(S, **token | {name: 0 * token[name] for name in strengths})
        yield "what forgetting left", left, left


def slope(rule: Any, S: np.ndarray, token: Call) -> np.ndarray:
    """The gradient of the objective: it takes the memory, and what it asks of a token by name."""
    wanted = list(inspect.signature(rule.objective).parameters)[1:]
    memory = traced(S)
    arrays = {n: traced(a) if isinstance(a, np.ndarray) else a for n, a in token.items()}
    loss = rule.objective(memory, **{name: arrays[name] for name in wanted})
    gradient: np.ndarray = pull(loss, ones(values(loss).shape, S), memory)
    return gradient


def _try(rule: Rule, form: str, seed: int) -> None:
    x = sample(rule, proof_numbers(rule), seed, T=1 + seed % 3, lead=(2,), spread=True)
    write_is_descent(rule, x)


def _lacks(rule: Rule) -> str:
    if not isinstance(rule, StateRule) or rule.objective is None:
        return "it has no objective"
    S, _ = bound(rule, sample(rule, FLOAT64, T=1))
    return "" if isinstance(S, np.ndarray) else "its state is not one matrix"


LAW = Law(
    "objective",
    __doc__,
    _try,
    "the objective's sign, its factors of 1/2 and what weighs it; a rule that does anything but "
    'one step on it says what: exempt={"objective": "..."}',
    itself,
    _lacks,
)
