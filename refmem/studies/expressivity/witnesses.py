"""Words of a task that a rule cannot tell apart, or not by any score: found by search."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product
from typing import NamedTuple

import numpy as np

from refmem.studies.expressivity.graphs import Reachability
from refmem.studies.expressivity.task import Task

TRIES = 400
"""Random words whose tokens are tried in another order."""

LONGEST = 7
"""Tokens of a random word, at most."""

MOST_SYMBOLS = 24
"""Different tokens of which all pairs are tried, at most."""


class Pair(NamedTuple):
    """Two words of the same tokens, the last one the same, and their answers at the end."""

    words: tuple[np.ndarray, np.ndarray]
    answers: tuple[int, int]


class Balance(NamedTuple):
    """Words of answer `answers[0]` and as many of `answers[1]`, which together have the same tokens
    at every place, the same one at the last."""

    left: list[np.ndarray]
    right: list[np.ndarray]
    answers: tuple[int, int]


Sides = tuple[list[np.ndarray], list[np.ndarray]]


def reordered(task: Task, rng: np.random.Generator) -> Pair | None:
    """A word, and the same tokens in another order, with another answer."""
    for _ in range(TRIES):
        word = task.draw(int(rng.integers(3, LONGEST)), rng)
        order = rng.permutation(len(word) - 1)
        other = np.concatenate([word[order], word[-1:]])
        if task.allows(other):
            answers = last_answer(task, word), last_answer(task, other)
            if answers[0] != answers[1]:
                return Pair((word, other), answers)
    return None


def balanced(task: Task, rng: np.random.Generator) -> Balance | None:
    """As many words of one answer as of another, with the same tokens at every place."""
    judged = (_judged(task, sides) for sides in _candidates(task, rng))
    return next(filter(None, judged), None)


def _candidates(task: Task, rng: np.random.Generator) -> Iterator[Sides]:
    yield from _one_among_others(task, rng)
    yield from _two_routes(task)


def _one_among_others(task: Task, rng: np.random.Generator) -> Iterator[Sides]:
    """One x among y's, at each of m places, against x alone once and y alone m - 1 times."""
    symbols = tokens_of(task, rng)
    for count, x, y in product(range(2, 6), symbols, symbols):
        last = symbols[int(rng.integers(len(symbols)))]
        all_x, all_y = (np.array([*[symbol] * count, last]) for symbol in (x, y))
        mixed = [all_y.copy() for _ in range(count)]
        for place, word in enumerate(mixed):
            word[place] = x
        yield [all_x, *[all_y] * (count - 1)], mixed


ROUTES = ((0, 1), (1, 3), (0, 2), (2, 4))
"""Edges of two routes from node 0, by 1 and 3 and by 2 and 4, to a node 5 that both end in."""


def _two_routes(task: Task) -> Iterator[Sides]:
    """Both edges of either route, against one edge of each."""
    if isinstance(task, Reachability) and task.n > 5:
        first, second, third, fourth = ROUTES
        left = [(first, second), (third, fourth)]
        right = [(first, fourth), (third, second)]
        yield [_graph(task.n, *e) for e in left], [_graph(task.n, *e) for e in right]


def _graph(n: int, *edges: tuple[int, int]) -> np.ndarray:
    """Tokens 0 to 5 with these edges, and from 3 and 4 to 5."""
    rows = np.zeros((6, n), dtype=int)
    for start, end in (*edges, (3, 5), (4, 5)):
        rows[end, start] = 1
    return np.concatenate([np.arange(6)[:, None], rows], axis=1)


def _judged(task: Task, sides: Sides) -> Balance | None:
    """The balance, if each side has one answer and they differ."""
    if not all(task.allows(word) for side in sides for word in side):
        return None
    left, right = ({last_answer(task, word) for word in side} for side in sides)
    if len(left) == len(right) == 1 and left != right:
        return Balance(*sides, (left.pop(), right.pop()))
    return None


def alternation(
    task: Task, stride: int, count: int, rng: np.random.Generator
) -> tuple[np.ndarray, list[int]] | None:
    """A token, and `count` times, multiples of `stride`, at which two answers alternate as it is
    given again and again; None if it has none."""
    for token in tokens_of(task, rng):
        word = np.array([token] * (4 * stride * count))
        if not task.allows(word):
            continue
        answers = task.answers(word)[stride - 1 :: stride]
        changes = np.flatnonzero(answers != answers[0])
        if len(changes):
            times = alternating(answers, (answers[0], answers[changes[0]]))
            if len(times) >= count:
                return token, [stride * (t + 1) for t in times[:count]]
    return None


def alternating(answers: np.ndarray, pair: tuple[int, int]) -> list[int]:
    """Times at which the answers are one of a pair, then the other, then the first again.

    >>> alternating(np.array([0, 1, 2, 0, 1, 2, 0]), (0, 1))
    [0, 1, 3, 4, 6]
    """
    times: list[int] = []
    for t, answer in enumerate(answers):
        if answer == pair[len(times) % 2]:
            times.append(t)
    return times


def tokens_of(task: Task, rng: np.random.Generator) -> list[np.ndarray]:
    """Different tokens of a task, the least first, at most `MOST_SYMBOLS`."""
    return list(np.unique(task.draw(20 * MOST_SYMBOLS, rng), axis=0)[:MOST_SYMBOLS])


def last_answer(task: Task, word: np.ndarray) -> int:
    """The answer after the last token."""
    return int(task.answers(word)[-1])
