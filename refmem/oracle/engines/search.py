"""The search for the shortest schedule after which an engine is wrong."""

from __future__ import annotations

import contextlib
import random
import time
from collections.abc import Callable, Collection
from typing import NamedTuple

from refmem.around.serving import Call, Run, tokens_of
from refmem.oracle.engines.judging import Judged
from refmem.oracle.engines.schedules import schedules
from refmem.support.extras import optional

SLOTS = 4

ENDED = 3
"""Times that an engine may hang or crash until its schedule is made no shorter: each takes long."""

COMPARED = 5
"""Failing schedules, the first that were found, in which a mistake must show the same results."""

MANY = 10_000
"""Slots of the largest pool, which one schedule has."""

Judge = Callable[[tuple[Call, ...], int], Judged]
"""Runs a schedule on a pool of so many slots."""


class Failing(NamedTuple):
    """A schedule that fails, the slots of its pool, and what the engine answered."""

    schedule: tuple[Call, ...]
    slots: int
    judged: Judged


class EnoughError(BaseException):
    """Patience is at its end: no `Exception`, which Hypothesis would take for another failure."""


class Search:
    """The search for a schedule that fails, and then for a shorter one.

    best    the shortest that was found
    first   those that were found first
    runs    schedules until the first that failed
    """

    def __init__(self, run: Judge, seed: int, patience: float) -> None:
        self._run, self._seed, self._patience = run, seed, patience
        self.best: Failing | None = None
        self.first: list[Failing] = []
        self._until, self._ended = float("inf"), 0
        self.runs = 0

    def shortest(self, abilities: Collection[str], number: int) -> Failing | None:
        """The shortest that fails of so many schedules, and what can be made of it; None if none
        does."""
        hypothesis = optional("hypothesis", "serving")
        calls = schedules(abilities, SLOTS)
        settings = hypothesis.settings(
            max_examples=number,
            database=None,
            deadline=None,
            phases=(hypothesis.Phase.generate, hypothesis.Phase.shrink),
            suppress_health_check=list(hypothesis.HealthCheck),
        )
        drawn = random.Random(self._seed)
        ends = (EnoughError, hypothesis.errors.NoSuchExample, hypothesis.errors.Flaky)
        with contextlib.suppress(*ends):
            hypothesis.find(calls, self._fails, settings=settings, random=drawn)
        return self.best

    def _fails(self, schedule: tuple[Call, ...]) -> bool:
        """Whether a schedule fails; `EnoughError` when patience is at its end."""
        if time.monotonic() > self._until or self._ended >= ENDED:
            raise EnoughError
        self.runs += self.best is None
        judged = self._run(schedule, SLOTS)
        if judged.breach is None:
            return False
        if self.best is None:
            self._until = time.monotonic() + self._patience
        self._ended += judged.breach.ended
        failing = Failing(schedule[: judged.breach.call + 1], SLOTS, judged)
        if len(self.first) < COMPARED:
            self.first.append(failing)
        if self.best is None or _length(failing.schedule) < _length(self.best.schedule):
            self.best = failing
        return True

    def with_many_slots(self) -> Failing | None:
        """A schedule in a large pool: its first slots, its last, and some between."""
        slots = (0, MANY - 1, MANY // 2)
        schedule = (Run(slots, (3, 2, 1)), Run(slots[1:], (1, 1)), Run(slots, (1, 1, 1)))
        self.runs += 1
        judged = self._run(schedule, MANY)
        if judged.breach is None:
            return None
        self.best = Failing(schedule[: judged.breach.call + 1], MANY, judged)
        return self.best


def _length(schedule: tuple[Call, ...]) -> tuple[int, int]:
    return len(schedule), sum(map(tokens_of, schedule))
