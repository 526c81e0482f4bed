"""What a task is: instances, right answers, and a checker.

    draw(length, rng)            tokens (T,) or (T, fields), whole numbers
    answers(tokens)              whole numbers (T,): the right answer after every token
    allows(tokens)               whether they are an instance
    first_error(tokens, given)   the first token after which an answer is wrong, or None
    complexity                   the class it is in, and where that is shown

Tokens stand in rows, as everywhere.
"""

from __future__ import annotations

from abc import ABC, abstractmethod

import numpy as np


class Task(ABC):
    """A task; see the module."""

    @property
    @abstractmethod
    def name(self) -> str:
        """As it is printed and asked for."""

    @property
    @abstractmethod
    def complexity(self) -> str:
        """The smallest class it is known to be in, and where that is shown."""

    @property
    def longest(self) -> int | None:
        """How long an instance can be; None for any length."""
        return None

    @abstractmethod
    def draw(self, length: int, rng: np.random.Generator) -> np.ndarray:
        """Tokens of one random instance."""

    @abstractmethod
    def answers(self, tokens: np.ndarray) -> np.ndarray:
        """The right answer after every token."""

    def allows(self, tokens: np.ndarray) -> bool:
        """Whether these tokens are an instance; most tasks take any."""
        return True

    def first_error(self, tokens: np.ndarray, given: np.ndarray) -> int | None:
        """The first token after which the given answer is wrong; None if all are right.

        >>> from refmem.studies.expressivity.tasks import Counting
        >>> Counting(2).first_error(np.array([1, 1, 0]), np.array([1, 0, 1]))
        2
        """
        wrong = np.flatnonzero(self.answers(tokens) != given)
        return int(wrong[0]) if len(wrong) else None
