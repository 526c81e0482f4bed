"""Sets of words on which programs are searched for: all words of a few tokens that end alike."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import singledispatch
from itertools import product
from typing import NamedTuple

import numpy as np

from refmem.studies.expressivity.graphs import Reachability
from refmem.studies.expressivity.letters import letters_of
from refmem.studies.expressivity.task import Task
from refmem.studies.expressivity.tasks import Brackets, Copying, Recall, WordProblem
from refmem.studies.expressivity.witnesses import last_answer


class Trial(NamedTuple):
    """Words of T tokens that end in the same one, and what is right after each.

    words     (W, T) or (W, T, fields)
    answers   (W,)
    letters   how many choices a word is made of
    """

    words: np.ndarray
    answers: np.ndarray
    letters: int


@singledispatch
def trial(task: Task, most: int) -> Trial | None:
    """At most so many words of a task, complete: none is left out that is made of the same tokens.

    Those of letters, unless the task's class has others; None for a task that has none.

    >>> from refmem.studies.expressivity.tasks import Counting
    >>> found = trial(Counting(2), 8)
    >>> found.words.shape, found.answers.tolist()
    ((8, 4), [0, 1, 1, 0, 1, 0, 0, 1])
    """
    letters = letters_of(task)
    if letters is None:
        return None
    length = _longest(letters.modulus, most)
    words = [letters.word(word) for word in letters.words(length)]
    return _judged(task, words, length)


@trial.register
def of_words(task: WordProblem, most: int) -> Trial | None:
    """Of the identity and the first two elements that do not commute, if there are any."""
    table = task.group.table
    apart = np.argwhere(table != table.T)
    if not len(apart):
        return trial.dispatch(Task)(task, most)
    return _all_words(task, [task.group.identity, *apart[0]], task.group.identity, most)


@trial.register
def of_recall(task: Recall, most: int) -> Trial:
    """Two values for one key, and a token that writes nothing; the key is asked."""
    tokens = [(1, 0, 1), (1, 0, task.values), (0, 0, 0)]
    return _all_words(task, tokens, (0, 0, 0), most)


@trial.register
def of_copying(task: Copying, most: int) -> Trial:
    """Two symbols."""
    return _all_words(task, [1, task.symbols], 1, most)


@trial.register
def of_brackets(task: Brackets, most: int) -> Trial:
    """All that end in closing a bracket of the first kind."""
    brackets = [sign * kind for kind in range(1, task.kinds + 1) for sign in (1, -1)]
    begun: list[list[int]] = [[]]
    while True:
        longer = [[*word, b] for word in begun for b in brackets if _goes_on(task, word, b)]
        closed = [word for word in longer if word[-1] == -1]
        if len(closed) > most:
            return _judged(task, [np.array(word) for word in begun if word[-1] == -1])
        begun = longer


def _goes_on(task: Brackets, word: list[int], bracket: int) -> bool:
    return task.allows(np.array([*word, bracket]))


@trial.register
def of_reachability(task: Reachability, most: int) -> Trial:
    """All graphs of five nodes, or of fewer, in which one edge leads to the last."""
    nodes = min(5, task.n)
    rows = [[_row(task, t, bits) for bits in product((0, 1), repeat=t)] for t in range(nodes - 1)]
    last = _row(task, nodes - 1, [0] * (nodes - 2) + [1])
    graphs = [np.array([*graph, last]) for graph in product(*rows)]
    return _judged(task, graphs[:most])


def _row(task: Reachability, node: int, edges: Sequence[int]) -> list[int]:
    return [node, *edges, *[0] * (task.n - len(edges))]


def _all_words(task: Task, tokens: Sequence[object], last: object, most: int) -> Trial:
    length = _longest(len(tokens), most)
    return _judged(task, [np.array([*w, last]) for w in product(tokens, repeat=length)], length)


def _judged(task: Task, words: Iterable[np.ndarray], letters: int | None = None) -> Trial:
    array = np.array(list(words))
    answers = np.array([last_answer(task, word) for word in array])
    return Trial(array, answers, array.shape[1] - 1 if letters is None else letters)


def _longest(symbols: int, most: int) -> int:
    """The most letters of which there are no more words than that."""
    length = 1
    while symbols ** (length + 1) <= most:
        length += 1
    return length
