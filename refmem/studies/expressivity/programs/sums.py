"""What a sum over tokens can do where places are granted: recall, copying, brackets three deep.

    recall     a token at place i has the key 2^i: the last write outweighs all before it
    copying    the same, with a channel for every place modulo delay + 1
    brackets   kinds of open brackets, added up: of those at odd levels, and of those at even ones

What is opened at an odd place is at an odd level, and what is closed at an even place was. After a
close at an odd place one bracket is open, at an even place none or two; so of the one that is asked
for, no other is open at a level of its parity, and the count of its parity is its kind.

Linear attention counts in whole numbers. gla does, as it may keep everything; and nearly so does
the delta rule, by ever smaller steps.

Source: worked out here.
Proof:  derivations/expressivity/places.py, derivations/expressivity/brackets.py
"""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from typing import Any

import numpy as np

from refmem.memory.rule import Rule
from refmem.rules.decay import gla
from refmem.rules.delta import delta
from refmem.rules.hebbian import linear_attention
from refmem.studies.expressivity.moves import unit
from refmem.studies.expressivity.program import Program
from refmem.studies.expressivity.programs.registers import as_it_is, first_number
from refmem.studies.expressivity.tasks import Brackets, Copying, Recall

BITS = "numbers of as many bits as there are tokens"


def recall_by_sums(task: Recall) -> Program:
    """A column for every value: what the key was given last has the largest sum."""

    def inputs(tokens: np.ndarray) -> dict[str, Any]:
        written, key, value = tokens.T
        asked = one_hot(key, task.keys)
        k = _powers(2, len(tokens)) * written[:, None] * asked
        return {"q": asked, "k": k, "v": one_hot(value - 1, task.values)}

    return _of_columns(task, inputs, task.keys * task.values)


def copying_by_sums(task: Copying) -> Program:
    """A column for every symbol, a channel for every place modulo delay + 1, in which the last
    symbol is the one that is asked."""
    period = task.delay + 1

    def inputs(tokens: np.ndarray) -> dict[str, Any]:
        place = np.arange(len(tokens))
        k = _powers(2, len(tokens)) * one_hot(place % period, period)
        q = one_hot((place + 1) % period, period)
        return {"q": q, "k": k, "v": one_hot(tokens - 1, task.symbols)}

    return _of_columns(task, inputs, period * task.symbols)


def _of_columns(task: Recall | Copying, inputs: Any, state: int) -> Program:
    return Program(
        task, linear_attention, inputs, as_it_is, largest, state, places=True, remark=BITS
    )


def largest(sums: np.ndarray) -> np.ndarray:
    """The column (T, columns) of the largest sum, counted from 1; 0 where all are zero."""
    return np.where(sums.max(1) > 0, np.argmax(sums, axis=1) + 1, 0)


def brackets_by_sums(task: Brackets) -> Program:
    """linear attention: two registers that count, and one that holds 1."""
    return _of_counts(task, linear_attention, lambda k, v: {"k": k, "v": v})


def brackets_by_gla(task: Brackets) -> Program:
    """The same, as nothing is forgotten."""
    return _of_counts(task, gla, lambda k, v: {"k": k, "v": v, "alpha": 0 * k + 1})


def brackets_by_delta(task: Brackets) -> Program:
    """S = S - beta S + v, v the token's count: with beta = 4^-t/(8 kinds) at place t less than 1/8
    of a kind is ever forgotten."""

    def steps(k: np.ndarray, v: np.ndarray) -> dict[str, Any]:
        betas = np.array([Fraction(1, 8 * task.kinds * 4 ** (t + 1)) for t in range(len(v))])
        return {"k": k, "v": v / betas[:, None], "beta": betas}

    return _of_counts(task, delta, steps, BITS)


def _of_counts(
    task: Brackets,
    rule: Rule,
    written: Callable[[np.ndarray, np.ndarray], dict[str, Any]],
    remark: str = "",
) -> Program:
    """A close asks the register of its place's parity; an open bracket is its own answer, and takes
    as much of the register that holds 1."""
    require_shallow(task, rule.name)

    def inputs(tokens: np.ndarray) -> dict[str, Any]:
        place, opens = np.arange(1, len(tokens) + 1), tokens > 0
        q = np.where(opens[:, None], tokens[:, None] * unit(2, 3), one_hot(place % 2, 3))
        k = one_hot(levels(tokens), 3)
        return {"q": q, "state": unit(2, 3)[:, None], **written(k, tokens[:, None])}

    return Program(task, rule, inputs, as_it_is, first_number, 3, places=True, remark=remark)


def levels(tokens: np.ndarray) -> np.ndarray:
    """The parity of the level at which each bracket stands: of the place where it was opened."""
    place = np.arange(1, len(tokens) + 1)
    return np.where(tokens > 0, place, place + 1) % 2


def require_shallow(task: Brackets, rule: str) -> None:
    """ValueError for brackets that go deeper than three."""
    if task.depth > 3:
        raise ValueError(
            f"{rule}: task has depth {task.depth} ({task.name}), expected at most 3, because two "
            "open brackets at levels of one parity are counted together"
        )


def one_hot(places: np.ndarray, width: int) -> np.ndarray:
    """Rows with a 1 at these places, as whole numbers; places outside have none."""
    return (np.asarray(places)[:, None] == np.arange(width)).astype(int)


def _powers(base: int, count: int) -> np.ndarray:
    """1, base, base^2, .. of any size, (count, 1)."""
    return np.array([base**t for t in range(count)], dtype=object)[:, None]
