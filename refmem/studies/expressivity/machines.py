"""A task as moves of registers: which moves every token makes, and what is asked afterwards.

A machine knows no rule: `programs` spells its moves as keys and values. A
token's moves depend on nothing but the token.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import singledispatch

import numpy as np

from refmem.studies.expressivity.graphs import Reachability
from refmem.studies.expressivity.moves import (
    Move,
    Moves,
    add,
    arrange,
    carry,
    exchange,
    put,
    rotation,
    unit,
)
from refmem.studies.expressivity.task import Task
from refmem.studies.expressivity.tasks import (
    Automaton,
    Brackets,
    Copying,
    Counting,
    Recall,
    Swaps,
    WordProblem,
)


@dataclass(frozen=True)
class Machine:
    """Registers that solve a task.

    task     what it solves
    start    (n,)                    what the registers hold before the first token
    moves    token -> moves          what one token does
    steps    the most moves a token makes
    asked    tokens -> (T, b)        the registers that are read after each token
    decode   (T, b) -> (T,)          what their numbers answer
    """

    task: Task
    start: np.ndarray
    moves: Callable[[np.ndarray], list[Move]]
    steps: int
    asked: Callable[[np.ndarray], np.ndarray]
    decode: Callable[[np.ndarray], np.ndarray]

    @property
    def registers(self) -> int:
        """How many numbers are kept."""
        return len(self.start)

    def spell(self, tokens: np.ndarray) -> Moves:
        """The moves of all tokens; equal tokens are worked out once."""
        kinds, which = np.unique(tokens, axis=0, return_inverse=True)
        shape = (len(kinds), self.steps, self.registers)
        write, read, value = np.zeros(shape, int), np.zeros(shape, int), np.zeros(shape[:2], int)
        for kind, token in enumerate(kinds):
            for step, move in enumerate(self.moves(token)):
                write[kind, step], read[kind, step], value[kind, step] = move
        which = which.reshape(len(tokens))
        return Moves(write[which], read[which], value[which])

    def run(self, tokens: np.ndarray) -> np.ndarray:
        """What it answers, move by move: the registers themselves, without any rule."""
        S, asked = self.start.copy(), self.asked(tokens)
        numbers = np.empty(asked.shape, dtype=int)
        for t, token in enumerate(tokens):
            for write, read, value in self.moves(token):
                S = S + write * (value + read @ S)
            numbers[t] = S[asked[t]]
        return self.decode(numbers)


@singledispatch
def machine(task: Task) -> Machine:
    """The machine of a task.

    >>> from refmem.studies.expressivity.tasks import Counting
    >>> machine(Counting(3)).run(np.array([1, 1, 0, 1]))
    array([1, 2, 2, 0])
    """
    raise TypeError(
        f"machine: task has type {type(task).__name__}, expected a task of "
        "refmem.studies.expressivity, because its registers are made by hand"
    )


@machine.register
def of_counting(task: Counting) -> Machine:
    """m registers in a ring: a one turns it, and register 0 holds the count."""
    m = task.modulus
    turn = rotation(m, -1)
    return Machine(task, np.arange(m), lambda one: turn if one else [], m - 1, _always(0), _first)


@machine.register
def of_swaps(task: Swaps) -> Machine:
    """A register for every place."""
    return Machine(
        task,
        np.arange(task.n),
        lambda token: [exchange(int(token[0]), int(token[1]), task.n)],
        1,
        lambda tokens: tokens[:, 2:],
        _first,
    )


@machine.register
def of_words(task: WordProblem) -> Machine:
    """A register for every point: it holds where the product sends the point."""
    group, base = task.group, task.group.base
    programs = [arrange(images) for images in group.action.tolist()]
    elements = {tuple(images): g for g, images in enumerate(group.action[:, base].tolist())}

    def decode(numbers: np.ndarray) -> np.ndarray:
        return np.array([elements.get(tuple(images), -1) for images in numbers.tolist()], int)

    return Machine(
        task,
        np.arange(group.points),
        lambda element: programs[element],
        max(map(len, programs)),
        _always(*base),
        decode,
    )


@machine.register
def of_reachability(task: Reachability) -> Machine:
    """A register for every node: it counts the paths from node 0.

    Proof: derivations/expressivity/reachability.py
    """
    return Machine(
        task,
        unit(0, task.n),
        lambda token: [add(int(i), int(token[0]), task.n) for i in np.flatnonzero(token[1:])],
        task.n - 1,
        lambda tokens: tokens[:, :1],
        lambda paths: (paths[:, 0] > 0).astype(int),
    )


@machine.register
def of_automaton(task: Automaton) -> Machine:
    """A register for every state, which holds 1 where the automaton is."""
    states = len(task.table[0])
    programs = [carry(row) for row in task.table]
    return Machine(
        task,
        unit(0, states),
        lambda symbol: programs[symbol],
        max(1, *map(len, programs)),
        _always(*range(states)),
        lambda numbers: np.argmax(numbers, axis=1),
    )


@machine.register
def of_brackets(task: Brackets) -> Machine:
    """A stack of `depth` registers, its top in register 0: they are turned, not addressed."""
    n = task.depth
    deeper, shallower = rotation(n, 1), rotation(n, -1)

    def moves(bracket: np.ndarray) -> list[Move]:
        if bracket > 0:
            return [*deeper, put(0, int(bracket), n)]
        return [put(0, 0, n), *shallower]

    return Machine(task, np.zeros(n, int), moves, n, _always(0), _first)


@machine.register
def of_recall(task: Recall) -> Machine:
    """A register for every key."""

    def moves(token: np.ndarray) -> list[Move]:
        written, key, value = token.tolist()
        return [put(key, value, task.keys)] if written else []

    return Machine(task, np.zeros(task.keys, int), moves, 1, lambda tokens: tokens[:, 1:2], _first)


@machine.register
def of_copying(task: Copying) -> Machine:
    """A ring of delay + 1 registers: what is put in now comes round when it is due."""
    n = task.delay + 1
    turn = rotation(n, 1)
    return Machine(
        task,
        np.zeros(n, int),
        lambda symbol: [*turn, put(0, int(symbol), n)],
        n,
        _always(task.delay),
        _first,
    )


def _always(*registers: int) -> Callable[[np.ndarray], np.ndarray]:
    """The same registers, whatever the tokens."""
    return lambda tokens: np.tile(registers, (len(tokens), 1))


def _first(numbers: np.ndarray) -> np.ndarray:
    """The answer is the one number that was read."""
    return numbers[:, 0]
