"""A program: what makes one shipped rule solve one task, with no training.

Each token's inputs depend on that token alone, and on its place where places are granted; answers
are read from one number or a few by comparing them with whole numbers. So a program is keys, values
and gates, nothing that computes along the sequence, and nothing that knows how long it is.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from math import prod
from typing import Any, NamedTuple

import numpy as np

from refmem.algebra import nearest
from refmem.algebra.numbers import fractions
from refmem.grammar.state import each
from refmem.memory.rule import Rule
from refmem.studies.expressivity.task import Task

Numbers = Callable[[Any], np.ndarray]


class Sizes(NamedTuple):
    """How large a program is: heads, each with queries of its own, and entries of a key and a
    value."""

    heads: int
    keys: int
    values: int


@dataclass(frozen=True)
class Program:
    """A rule, what it is given for a task's tokens, and what its outputs answer.

    task     what is solved
    rule     the shipped rule that runs
    inputs   tokens -> the rule's inputs, of whole numbers and fractions, and its state
    numbers  outputs, tokens -> (T, b): what is read after each token
    decode   (T, b) whole numbers -> (T,) answers
    state    how many numbers are kept; of a cache, after it was rewritten
    steps    how many steps of the rule a token takes
    options  what else the rule is called with, such as a kernel
    growing  whether that is for every token seen
    places   whether what a token is given depends on its place
    remark   what has to be said about it
    exact    the numbers in which it is exact
    """

    task: Task
    rule: Rule
    inputs: Callable[[np.ndarray], dict[str, Any]]
    numbers: Callable[[np.ndarray, np.ndarray], np.ndarray]
    decode: Callable[[np.ndarray], np.ndarray]
    state: int
    steps: int = 1
    options: dict[str, Any] = field(default_factory=dict)
    growing: bool = False
    places: bool = False
    remark: str = ""
    exact: Numbers = fractions

    @property
    def sizes(self) -> Sizes:
        """Its heads, and the widths of their keys and values; no word changes them."""
        given = self.inputs(self.task.draw(1, np.random.default_rng(0)))
        q, v = np.shape(given["q"]), np.shape(given["v"])
        return Sizes(prod(q[:-2]), q[-1], v[-1])

    def outputs(
        self, tokens: np.ndarray, numbers: Numbers | None = None, form: str | None = None
    ) -> np.ndarray:
        """What is read after each token, (T, b), in these numbers; exact ones unless given."""
        given = converted_inputs(self.inputs(tokens), numbers or self.exact)
        return self.numbers(self.rule(**given, **self.options, form=form).out, tokens)

    def answers(
        self, tokens: np.ndarray, numbers: Numbers | None = None, form: str | None = None
    ) -> np.ndarray:
        """The answer after each token, (T,): its outputs are the nearest whole numbers."""
        return self.decode(whole(self.outputs(tokens, numbers, form))).astype(int)

    def first_error(
        self, tokens: np.ndarray, numbers: Numbers | None = None, form: str | None = None
    ) -> int | None:
        """The first token after which the answer is wrong; None if all are right."""
        return self.task.first_error(tokens, self.answers(tokens, numbers, form))


def converted_inputs(given: dict[str, Any], numbers: Numbers) -> dict[str, Any]:
    """All arguments of a call in these numbers."""
    return {name: _converted(value, numbers) for name, value in given.items()}


def _converted(value: Any, numbers: Numbers) -> Any:
    """An array, a lone number, or a cache of arrays in these numbers."""
    lone = not isinstance(value, tuple) and np.ndim(value) == 0
    converted = each(lambda part: np.asarray(numbers(part)), value)
    return converted[()] if lone else converted


def whole(x: np.ndarray) -> np.ndarray:
    """The nearest whole numbers, of any size if they are exact; a float that is no number is -1."""
    if x.dtype == object:
        return np.frompyfunc(int, 1, 1)(nearest(x))
    return nearest(np.where(np.isfinite(x), x, x.dtype.type(-1))).astype(int)
