"""A task as moves of registers, which every rule of the delta family can make.

    S' = S + bind(write, value + recall(S, read))          one move; S holds a number a register

    exchange i, j      write = e_i - e_j    read = -write     a reflection
    put x in i         write = e_i          read = -write     what was there is replaced
    add i to j         write = e_j          read = e_i
    pour i into j      write = e_j - e_i    read = e_i

A `Machine` says which moves every token makes, which registers it asks afterwards, and what their
numbers answer. It knows no rule: `refmem.expressivity.programs` spells the moves as keys and
values. All numbers are whole, and a token's moves depend on nothing but the token.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import singledispatch
from typing import NamedTuple

import numpy as np

from refmem.expressivity.graphs import Reachability
from refmem.expressivity.tasks import (
    Automaton,
    Brackets,
    Copying,
    Counting,
    Recall,
    Swaps,
    Task,
    WordProblem,
)


class Move(NamedTuple):
    """S' = S + bind(write, value + recall(S, read)), in coordinates of registers: (n,), (n,), 1."""

    write: np.ndarray
    read: np.ndarray
    value: int = 0


class Moves(NamedTuple):
    """The moves of T tokens, at most `steps` each, in order; the rest of them do nothing.

    write, read (T, steps, n)    value (T, steps)
    """

    write: np.ndarray
    read: np.ndarray
    value: np.ndarray

    @property
    def symmetric(self) -> bool:
        """Whether every move reads, negated, where it writes, as those of the delta rule do."""
        return bool((self.read == -self.write).all())


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


def exchange(i: int, j: int, n: int) -> Move:
    """What registers i and j hold changes places. The difference of the same two registers always
    has the same sign, so that no two differences are opposites."""
    write = unit(max(i, j), n) - unit(min(i, j), n)
    return Move(write, -write)


def put(i: int, value: int, n: int) -> Move:
    """Register i holds this value, whatever it held."""
    return Move(unit(i, n), -unit(i, n), value)


def add(i: int, j: int, n: int) -> Move:
    """What register i holds is added to register j."""
    return Move(unit(j, n), unit(i, n))


def pour(i: int, j: int, n: int) -> Move:
    """What register i holds is added to register j, and register i is empty."""
    return Move(unit(j, n) - unit(i, n), unit(i, n))


def unit(i: int, n: int) -> np.ndarray:
    """e_i, as whole numbers (n,)."""
    return (np.arange(n) == i).astype(int)


def arrange(places: Sequence[int]) -> list[Move]:
    """Exchanges after which register x holds what register places[x] held: at most n - 1.

    Proof: derivations/expressivity_householder.py

    >>> len(arrange([1, 2, 0])), len(arrange([1, 0, 2]))
    (2, 1)
    """
    n = len(places)
    held, moves = list(range(n)), []
    for place, wanted in enumerate(places):
        at = held.index(wanted)
        if at != place:
            held[place], held[at] = held[at], held[place]
            moves.append(exchange(at, place, n))
    return moves


def rotation(n: int, by: int) -> list[Move]:
    """Register x then holds what register x - by held, around."""
    return arrange([(place - by) % n for place in range(n)])


def carry(images: Sequence[int]) -> list[Move]:
    """Moves after which what register x held is in register images[x], with all that goes there.

    Registers that go to one place are poured into the first of them; those are then arranged.

    Proof: derivations/expressivity_automata.py

    >>> len(carry([0, 0, 0])), len(carry([1, 2, 0]))
    (2, 2)
    """
    n = len(images)
    first = {image: images.index(image) for image in images}
    moves = [pour(x, first[image], n) for x, image in enumerate(images) if first[image] != x]
    left = iter(sorted(set(range(n)) - set(first.values())))
    return moves + arrange([first[x] if x in first else next(left) for x in range(n)])


@singledispatch
def machine(task: Task) -> Machine:
    """The machine of a task.

    >>> from refmem.expressivity.tasks import Counting
    >>> machine(Counting(3)).run(np.array([1, 1, 0, 1]))
    array([1, 2, 2, 0])
    """
    raise TypeError(
        f"machine: task has type {type(task).__name__}, expected one of refmem.expressivity, "
        "because its registers are made by hand"
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

    Proof: derivations/expressivity_reachability.py
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
