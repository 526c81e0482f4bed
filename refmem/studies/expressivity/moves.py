"""Moves of registers: what one token of a memory of the delta family can do.

    S' = S + bind(write, value + recall(S, read))          S holds a number a register

    exchange i, j      write = e_i - e_j    read = -write     a reflection
    put x in i         write = e_i          read = -write     what was there is replaced
    add i to j         write = e_j          read = e_i
    pour i into j      write = e_j - e_i    read = e_i

All numbers are whole.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np


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

    Proof: derivations/expressivity/householder.py

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

    Proof: derivations/expressivity/automata.py

    >>> len(carry([0, 0, 0])), len(carry([1, 2, 0]))
    (2, 2)
    """
    n = len(images)
    first = {image: images.index(image) for image in images}
    moves = [pour(x, first[image], n) for x, image in enumerate(images) if first[image] != x]
    left = iter(sorted(set(range(n)) - set(first.values())))
    return moves + arrange([first[x] if x in first else next(left) for x in range(n)])
