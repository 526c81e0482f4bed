"""Limits of heads that divide and of gates that are never negative: words over all letters.

Every score of a right program is highest for its word's answer, so summed over words with positive
weights it is higher than any other answer's. But if weights make what is read have one sum for the
words of every answer, both are the same. There are such weights where, in each part of what is read
after weighing, some letter does not count:

    degree     H heads of softmax attention, weighed by their H denominators: each part knows H
               letters of the word, and words have H + 1
    positive   K channels that a gate of at least 0 multiplies, weighed by one over the gate of
               channel i at letter i: that letter of K is gone from all that was written before it,
               and what was written since does not know the first

Both hold for any inputs of a token and its place, and whatever the memory holds at first.

Proof: derivations/expressivity/heads.py, derivations/expressivity/gates.py
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from refmem.grammar.lookup import Cache
from refmem.studies.expressivity.encodings import Encoding, drawn
from refmem.studies.expressivity.letters import Letters, letters_of
from refmem.studies.expressivity.limits import Limit, read_last, seed_of, token_worded
from refmem.studies.expressivity.task import Task

HEADS = 2
"""Heads of softmax attention that are run."""

Word = tuple[int, ...]


def degree(
    task: Task, encoding: Encoding, rng: np.random.Generator, heads: int = HEADS
) -> Limit | None:
    """H heads fail at words of H + 1 letters (derivations/expressivity/heads.py)."""
    letters = letters_of(task)
    if letters is None:
        return None
    seeds = [seed_of(rng) for _ in range(heads)]

    def weighed(word: Word) -> tuple[Any, np.ndarray]:
        tokens = letters.word(word)
        reads = [_divided(encoding, tokens, seed) for seed in seeds]
        return np.prod([by for _, by in reads]), np.concatenate([out for out, _ in reads])

    if not _agree(task, letters, heads + 1, weighed):
        return None
    width = np.shape(encoding.one(rng)["k"])[-1]
    return Limit(
        "degree",
        f"{heads} heads of {width} channels; H heads fail at H + 1 letters",
        f"{_said(letters, heads + 1)}, weighed by their denominators, read the same on average "
        "for every answer",
    )


def _divided(encoding: Encoding, tokens: np.ndarray, seed: int) -> tuple[np.ndarray, Any]:
    """What a head of softmax attention reads last, and what it divided by: its weights of ones."""
    given = drawn(encoding, tokens, seed)
    ones = Cache(given["state"].key, 0 * given["state"].value + 1)
    weights = given | {"v": 0 * given["v"] + 1, "state": ones}
    return read_last(encoding, given), read_last(encoding, weights, kernel="exp")[0]


def positive(task: Task, encoding: Encoding, rng: np.random.Generator) -> Limit | None:
    """K channels fail at words of K + 1 letters (derivations/expressivity/gates.py)."""
    letters = letters_of(task)
    if letters is None:
        return None
    seed = seed_of(rng)
    shares = _shares(encoding, letters, seed)
    channels = shares.shape[0]

    def weighed(word: Word) -> tuple[Any, np.ndarray]:
        tokens = letters.word(word)
        weight = np.prod([shares[c, word[c + 1]] for c in range(channels)])
        return weight, encoding.rule(**drawn(encoding, tokens, seed)).state.reshape(-1)

    if not _agree(task, letters, channels + 1, weighed):
        return None
    return Limit(
        "positive",
        f"{channels} channels in all heads; K channels fail at K + 1 letters",
        f"{_said(letters, channels + 1)}, weighed by one over a gate for each channel, leave the "
        "same memory on average for every answer",
    )


def _shares(encoding: Encoding, letters: Letters, seed: int) -> np.ndarray:
    """(K, m): one over what channel c keeps at letter c + 1 of a word; where some letter keeps
    nothing, 1 for the first that does and 0 for the others."""
    size = letters.blocks.shape[1]

    def kept(letter: int, channels: int) -> np.ndarray:
        word = letters.word((letter,) * (channels + 1))
        gates = drawn(encoding, word, seed)["alpha"]
        return np.array([gates[size * (c + 1) : size * (c + 2), c].prod() for c in range(channels)])

    channels = drawn(encoding, letters.word((0,)), seed)["alpha"].shape[-1]
    table = np.stack([kept(letter, channels) for letter in range(letters.modulus)], -1)
    for row in table:
        lost = np.flatnonzero(row == 0)
        row[:] = np.arange(len(row)) == lost[0] if len(lost) else 1 / row
    return table


def _agree(
    task: Task,
    letters: Letters,
    length: int,
    weighed: Callable[[Word], tuple[Any, np.ndarray]],
) -> bool:
    """Whether weights times (1, what is read) have one sum for the words of each answer."""
    if letters.answers(task, length) is None:
        return False
    sums: list[Any] = [0] * letters.modulus
    for word in letters.words(length):
        weight, read = weighed(word)
        total = sum(word) % letters.modulus
        sums[total] = sums[total] + weight * np.concatenate([[1], read])
    return all((one == sums[0]).all() for one in sums) and sums[0][0] > 0


def _said(letters: Letters, length: int) -> str:
    blocks = (" ".join(map(token_worded, block)) for block in letters.blocks)
    return (
        f"all {letters.modulus**length} words of {length} letters out of {' | '.join(blocks)}, "
        f"then {token_worded(letters.last)}"
    )
