"""Why a rule cannot solve a task: shown by running the rule on inputs drawn at random.

A program has a linear read-out: every answer has a score that is linear in what is read, and the
highest wins, by a margin that does not depend on the length. What is shown for random inputs holds
for all of them, by the derivation that each limit names.

    blind      what is read after two words of the same tokens is the same, but not the answer
    additive   words of one answer and as many of another have outputs with the same sum, so no
               score tells them apart
    turning    one token again and again: two answers alternate for ever, but what is read turns
               only as often as there are channels
    fading     two words followed by the same ones have other answers for ever, and what tells them
               apart fades

`letter_limits` has those of softmax attention and of diagonal decay. Each function returns a
`Limit`, or None where it has nothing to show. The first and the last two need that places are not
granted: equal tokens have equal inputs.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from refmem.grammar.lookup import Cache
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

    kind    blind, additive, degree, positive, turning or fading
    sizes   of which memories: how many heads and channels, and which others fail alike
    shown   the witness, in numbers
    """

    kind: str
    sizes: str
    shown: str


ANY = "any number of heads and channels"


def blind(task: Task, encoding: Encoding, rng: np.random.Generator) -> Limit | None:
    """Two orders of the same tokens read the same (derivations/expressivity/sums.py)."""
    pair = reordered(task, rng)
    if pair is None:
        return None
    seed = seed_of(rng)
    one, other = (last_read(encoding, word, seed) for word in pair.words)
    if not (one == other).all():
        return None
    return Limit(
        "blind",
        ANY,
        f"{worded(pair.words)} read the same, but have answers "
        f"{pair.answers[0]} and {pair.answers[1]}",
    )


def additive(task: Task, encoding: Encoding, rng: np.random.Generator) -> Limit | None:
    """Outputs of both sides have one sum (derivations/expressivity/sums.py)."""
    found = balanced(task, rng)
    if found is None:
        return None
    seed = seed_of(rng)
    left, right = (
        np.sum([last_read(encoding, word, seed) for word in side], axis=0)
        for side in (found.left, found.right)
    )
    if not (left == right).all():
        return None
    return Limit(
        "additive",
        ANY,
        f"{worded(found.left)} (answer {found.answers[0]}) and {worded(found.right)} "
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
    states = run(encoding, word, seed_of(rng), states=True).states
    weights = alternating_weights(states[[t - 1 for t in times]].reshape(len(times), -1))
    if weights is None:
        return None
    length = times[len(weights) - 1]
    return Limit(
        "turning",
        f"{K} channels in all heads; any number fails at {_times(stride)} times",
        f"{token_worded(token)} given again and again: of {K} channels no score is right after "
        f"{', '.join(map(str, times[: len(weights)]))} of them, as weights "
        f"{', '.join(shortly(y) for y in weights)} prove; so none is at length {length}",
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
    seed, distances, answers = seed_of(rng), [], set()
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
        f"{K} channels in all heads; any number fades alike",
        f"{worded([np.array(first), np.array(second)])}, then {' '.join(map(str, again))} "
        f"{LOOPS} and {2 * LOOPS} times: memories that were {shortly(start)} apart are "
        f"{shortly(later)} and {shortly(latest)}",
    )


def seed_of(rng: np.random.Generator) -> int:
    """A seed for one draw of a program."""
    return int(rng.integers(2**32))


def run(encoding: Encoding, word: np.ndarray, seed: int, **how: Any) -> Any:
    """The rule on a word."""
    return encoding.rule(**drawn(encoding, word, seed), **how)


def _state(encoding: Encoding, word: np.ndarray, seed: int) -> np.ndarray:
    """The memory after a word; after nothing it is what it was at first."""
    if not len(word):
        return drawn(encoding, np.array([0]), seed)["state"]
    return run(encoding, word, seed).state


def last_read(encoding: Encoding, word: np.ndarray, seed: int) -> np.ndarray:
    """What is read after the last token of a word."""
    return read_last(encoding, drawn(encoding, word, seed))


def read_last(encoding: Encoding, given: dict[str, Any], **how: Any) -> np.ndarray:
    """What is read after the last token of a call; a cache takes the others without a read."""
    state, tokens = given["state"], [name for name in given if name in encoding.rule.inputs]
    first, last = ({name: given[name][part] for name in tokens} for part in (_FIRST, _LAST))
    if isinstance(state, Cache):
        state = state.append(first["k"], first["v"])
    elif len(first["k"]):
        state = encoding.rule(**given | first).state
    return encoding.rule(**given | last | {"state": state} | how).out[-1]


_FIRST, _LAST = slice(None, -1), slice(-1, None)


def _times(stride: int) -> str:
    return "K + 2" if stride == 1 else f"{stride} (K + 2)"


def worded(words: Any) -> str:
    """Words, each with its tokens."""
    return " and ".join(" ".join(map(token_worded, word)) or "nothing" for word in words)


def token_worded(token: Any) -> str:
    """A number, or the fields of a token in brackets."""
    parts = np.atleast_1d(token).tolist()
    return str(parts[0]) if len(parts) == 1 else f"({','.join(map(str, parts))})"


def shortly(number: Any) -> str:
    """A fraction as it is if that is short, else its first digits."""
    return str(number) if len(str(number)) < 8 else f"{float(number):.2g}"
