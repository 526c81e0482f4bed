"""Why a rule cannot solve a task: shown by running the rule on inputs drawn at random.

A program has a linear read-out: every answer has a score that is linear in what is read, and the
highest wins, by a margin that does not depend on the length. What is shown for random inputs holds
for all of them, by the derivation that each limit names.

    blind      two words in another order leave the same memory, and have other answers
    additive   words of one answer and as many of another have outputs with the same sum, so no
               score tells them apart
    turning    one token again and again: two answers alternate for ever, but what is read turns
               only as often as there are channels
    fading     two words followed by the same ones have other answers for ever, and what tells them
               apart fades

Each function returns a `Limit`, or None where it has nothing to show.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from refmem.algebra import with_ones
from refmem.rules.attention import softmax_attention
from refmem.studies.expressivity.certificates import alternating_weights
from refmem.studies.expressivity.encodings import Encoding, K, drawn
from refmem.studies.expressivity.task import Task
from refmem.studies.expressivity.tasks import Brackets
from refmem.studies.expressivity.witnesses import alternation, balanced, reordered

LOOPS = 32
"""How often the words that let a difference fade come, and then again as often."""


@dataclass(frozen=True)
class Limit:
    """What was shown.

    kind    blind, additive, turning or fading
    shown   the witness, in numbers
    """

    kind: str
    shown: str


def blind(task: Task, encoding: Encoding, rng: np.random.Generator) -> Limit | None:
    """Two orders of the same tokens leave the same state (derivations/expressivity/sums.py)."""
    pair = reordered(task, rng)
    if pair is None:
        return None
    seed = _seed(rng)
    one, other = (_run(encoding, word, seed) for word in pair.words)
    if not (one.state == other.state).all():
        return None
    return Limit(
        "blind",
        f"{_words(pair.words)} leave one memory, but have answers "
        f"{pair.answers[0]} and {pair.answers[1]}",
    )


def additive(task: Task, encoding: Encoding, rng: np.random.Generator) -> Limit | None:
    """Outputs of both sides have one sum (derivations/expressivity/sums.py).

    Of a softmax: what is read before it is divided, and what it is divided by. A score of the
    quotient is above a threshold where a score of those two is above zero.
    """
    found = balanced(task, rng)
    if found is None:
        return None
    seed = _seed(rng)
    left, right = (
        np.sum([_last_read(encoding, word, seed) for word in side], axis=0)
        for side in (found.left, found.right)
    )
    if not (left == right).all():
        return None
    return Limit(
        "additive",
        f"{_words(found.left)} (answer {found.answers[0]}) and {_words(found.right)} "
        f"(answer {found.answers[1]}) have outputs of the same sum",
    )


def turning(
    task: Task, encoding: Encoding, rng: np.random.Generator, stride: int = 1
) -> Limit | None:
    """Alternating answers have no score (derivations/expressivity/turning.py).

    With a stride of 2 every other token is looked at: eigenvalues -1 become 1.
    """
    found = alternation(task, stride, K + 4, rng)
    if found is None:
        return None
    token, times = found
    word = np.array([token] * times[-1])
    states = _run(encoding, word, _seed(rng), states=True).states
    weights = alternating_weights(states[[t - 1 for t in times]].reshape(len(times), -1))
    if weights is None:
        return None
    length = times[len(weights) - 1]
    return Limit(
        "turning",
        f"{_token(token)} given again and again: of {K} channels no score is right after "
        f"{', '.join(map(str, times[: len(weights)]))} of them, as weights "
        f"{', '.join(_short(y) for y in weights)} prove; so none is at length {length}",
    )


COUNTERS = ((1, 2), (2, 1), (1, -1, 2, -2))
"""Two beginnings and what follows again and again: channels that keep everything count brackets,
and these have the same counts."""

LEVELS = ((1,), (), (1, -1))
"""Likewise: an open bracket, none, and a pair that a stack does not notice."""


def fading(
    task: Task,
    encoding: Encoding,
    rng: np.random.Generator,
    words: tuple[tuple[int, ...], ...] = COUNTERS,
) -> Limit | None:
    """What tells two words apart fades (derivations/expressivity/fading.py)."""
    first, second, again = words
    if not isinstance(task, Brackets):
        return None
    seed, distances, answers = _seed(rng), [], set()
    for loops in (0, LOOPS, 2 * LOOPS):
        pair = [np.array([*word, *(again * loops)], dtype=int) for word in (first, second)]
        if not all(task.allows(word) for word in pair):
            return None
        one, other = (_state(encoding, word, seed) for word in pair)
        distances.append(max(abs(x) for x in (one - other).flat))
        answers.add(tuple(int(task.answers(word)[-1]) if len(word) else 0 for word in pair))
    start, later, latest = distances
    if any(a == b for a, b in answers) or not start > 2 * later >= 4 * latest:
        return None
    return Limit(
        "fading",
        f"{_words([np.array(first), np.array(second)])}, then {' '.join(map(str, again))} "
        f"{LOOPS} and {2 * LOOPS} times: memories that were {_short(start)} apart are "
        f"{_short(later)} and {_short(latest)}",
    )


def _seed(rng: np.random.Generator) -> int:
    return int(rng.integers(2**32))


def _run(encoding: Encoding, word: np.ndarray, seed: int, **how: Any) -> Any:
    return encoding.rule(**drawn(encoding, word, seed), **how)


def _state(encoding: Encoding, word: np.ndarray, seed: int) -> np.ndarray:
    """The memory after a word, from the empty one, which no tokens leave as it is."""
    state = _run(encoding, word if len(word) else np.array([0]), seed).state
    return state if len(word) else 0 * state


def _last_read(encoding: Encoding, word: np.ndarray, seed: int) -> np.ndarray:
    """What is read after the last token; of a softmax its two sums."""
    given = drawn(encoding, word, seed)
    if encoding.rule is softmax_attention:
        given |= {"v": with_ones(given["v"]), "kernel": "exp"}
    return encoding.rule(**given).out[-1]


def _words(words: Any) -> str:
    return " and ".join(" ".join(map(_token, word)) or "nothing" for word in words)


def _token(token: Any) -> str:
    parts = np.atleast_1d(token).tolist()
    return str(parts[0]) if len(parts) == 1 else f"({','.join(map(str, parts))})"


def _short(number: Any) -> str:
    """A fraction as it is if that is short, else its first digits."""
    return str(number) if len(str(number)) < 8 else f"{float(number):.2g}"
