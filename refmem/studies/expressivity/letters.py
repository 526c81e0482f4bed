"""Letters: blocks of a task's tokens that add up modulo m, and a last token that asks for the sum.

Most tasks that track something contain such a count: powers of an element of a group, exchanges of
two pairs of places. Words over letters are the ones in which rules with a limit fail, for whatever
the sum of a word is, all letters but one may be chosen freely.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from itertools import permutations, product

import numpy as np

from refmem.studies.expressivity.task import Task
from refmem.studies.expressivity.witnesses import last_answer, tokens_of

SHAPES = sorted(
    product((2, 3, 5, 7), (1, 2, 3, 4), (1, 2)),
    key=lambda shape: ((shape[0] - 1) * shape[1] * shape[2], shape),
)
"""Moduli, how often a letter repeats a step, and how many tokens a step has; the shortest first."""

TRIED = (2, 3)
"""How many letters the words have on which two tokens are tried."""

LAST = 8
"""Tokens that are tried as the last one, at most."""


@dataclass(frozen=True, eq=False)
class Letters:
    """m letters, each a block of tokens.

    blocks   (m, b) or (m, b, fields)
    last     the token that comes after all letters
    """

    blocks: np.ndarray
    last: np.ndarray

    @property
    def modulus(self) -> int:
        """m."""
        return len(self.blocks)

    def word(self, letters: tuple[int, ...]) -> np.ndarray:
        """The tokens of a word."""
        return np.concatenate([*self.blocks[list(letters)], self.last[None]])

    def words(self, length: int) -> list[tuple[int, ...]]:
        """Every word of so many letters."""
        return list(product(range(self.modulus), repeat=length))

    def answers(self, task: Task, length: int) -> tuple[int, ...] | None:
        """What is right after words of so many letters whose sum is 0, 1, .. modulo m; None unless
        words of one sum have one answer, and those of two sums have two."""
        found: dict[int, int] = {}
        for word in self.words(length):
            tokens, total = self.word(word), sum(word) % self.modulus
            if not task.allows(tokens):
                return None
            answer = last_answer(task, tokens)
            if any((known == total) != (of == answer) for known, of in found.items()):
                return None
            found[total] = answer
        return tuple(found[total] for total in range(self.modulus))


@lru_cache
def letters_of(task: Task) -> Letters | None:
    """The shortest letters that a task has; None if none are found.

    With two steps, of one token or of two, letter j is the first (m - 1 - j) r times and then the
    second j r times, for some r. That letters add up is tried on short words; longer ones are
    checked where they are used.

    >>> from refmem.studies.expressivity.tasks import Counting
    >>> found = letters_of(Counting(3))
    >>> found.blocks.tolist(), found.answers(Counting(3), 2)
    ([[0, 0], [0, 1], [1, 1]], (0, 1, 2))
    """
    tokens = tokens_of(task, np.random.default_rng(0))
    candidates = _candidates(tokens)
    return next((one for one in candidates if all(one.answers(task, n) for n in TRIED)), None)


def _candidates(tokens: list[np.ndarray]) -> Iterator[Letters]:
    for (modulus, times, width), (one, other) in product(SHAPES, permutations(tokens, 2)):
        first, second = [one] * width, [*[one] * (width - 1), other]
        letters = [
            first * (times * (modulus - 1 - j)) + second * (times * j) for j in range(modulus)
        ]
        for last in tokens[:LAST]:
            yield Letters(np.array(letters), last)
