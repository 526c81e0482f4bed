"""A search for programs that nobody thought of: heads drawn at random, their best read-out.

Heads are drawn (keys, values, gates, what is there at first), the shipped rule runs them on every
word of a trial, and a linear program looks for scores that tell the answers apart by a margin. It
finds the best read-out there is, so that only the heads are left to luck; of a memory that is
handed on, all that it holds may be read. A sum over tokens leaves nothing to luck: the head that
counts every token at every place is as good as all others together.

There are fewer numbers to be read than a word has letters, for with more most limits do not say
anything. What is found refutes a limit, or closes an open cell for words of that length. If nothing
is found that is no proof: a cell's details state how much was searched.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from itertools import combinations
from typing import Any, NamedTuple

import numpy as np

from refmem.grammar.lookup import Cache
from refmem.grammar.state import each
from refmem.rules.hebbian import linear_attention
from refmem.studies.expressivity.certificates import margin
from refmem.studies.expressivity.encodings import Encoding, token_inputs
from refmem.studies.expressivity.task import Task
from refmem.studies.expressivity.trials import Trial, trial
from refmem.support.wording import listed

WORDS = 256
"""Words of a trial, at most."""

HEADS = (1, 2, 4)
"""How many heads are drawn."""

DRAWS = 3
"""How often, each time for each number of heads."""

TOLD = 1e-7
"""A margin that is no rounding of the linear program, whose entries are at most 1."""

Reads = Callable[[Trial, int, np.random.Generator], np.ndarray]
"""(trial, heads, rng) -> (W, F): what so many drawn heads read after each word."""


class Searched(NamedTuple):
    """What was searched, and whether a program was found.

    found   the number of heads of a program that is right on all words of the trial, or None
    heads   the numbers of heads that were drawn; none where one head stands for all
    draws   how often each
    words   how many words there are
    tokens  how long each is
    """

    found: int | None
    heads: tuple[int, ...]
    draws: int
    words: int
    tokens: int

    def __str__(self) -> str:
        drawn = f"{self.draws} draws of {counted(self.heads)}" if self.heads else "all sums"
        result = "no program" if self.found is None else f"a program of {counted((self.found,))}"
        return f"searched {drawn} on all {self.words} words of {self.tokens} tokens: {result}"


def search(
    task: Task,
    reads: Reads,
    rng: np.random.Generator,
    *,
    draws: int = DRAWS,
    heads: tuple[int, ...] = HEADS,
    words: int = WORDS,
) -> Searched | None:
    """Look for a program; None for a task that has no trial.

    >>> from refmem.studies.expressivity.tasks import Counting
    >>> print(search(Counting(2), every_sum, np.random.default_rng(0), words=32))
    searched all sums on all 32 words of 6 tokens: no program
    """
    tried = trial(task, words)
    if tried is None:
        return None
    if reads in COMPLETE:
        draws, heads = 1, (1,)
    else:
        width = reads(tried, 1, rng).shape[1]
        heads = tuple(count for count in heads if count * width < tried.letters) or (1,)
    attempts = ((count, reads(tried, count, rng)) for count in heads for _ in range(draws))
    found = next((count for count, read in attempts if tells_apart(read, tried.answers)), None)
    stated = () if reads in COMPLETE else heads
    return Searched(found, stated, draws, *tried.words.shape[:2])


def tells_apart(reads: np.ndarray, answers: np.ndarray) -> bool:
    """Whether linear scores of what is read (W, F) tell every two answers apart."""
    reads = spread(reads)
    common = [answer for answer, _ in Counter(answers.tolist()).most_common()]
    for pair in combinations(common, 2):
        of_pair = np.isin(answers, pair)
        signs = np.where(answers[of_pair] == pair[0], 1, -1)
        if margin(reads[of_pair], signs) < TOLD:
            return False
    return True


def spread(reads: np.ndarray) -> np.ndarray:
    """Columns from 0 to 1, without those that are the same for all words but for rounding."""
    least, size = reads.min(0), np.ptp(reads, axis=0)
    told = size > 1e-10 * abs(reads).max(0)
    return (reads - least)[:, told] / size[told]


def every_sum(tried: Trial, heads: int, rng: np.random.Generator) -> np.ndarray:
    """How often every token stands at every place."""
    return _sums(tried, range(tried.words.shape[1]))


def every_count(tried: Trial, heads: int, rng: np.random.Generator) -> np.ndarray:
    """How often every token stands anywhere."""
    return _sums(tried, [0] * tried.words.shape[1])


COMPLETE = (every_sum, every_count)
"""One head that is as good as all heads together, with places or without."""


def _sums(tried: Trial, places: Iterable[int]) -> np.ndarray:
    """refmem.linear_attention whose values have a column for each token at each known place."""
    count, length = tried.words.shape[:2]
    tokens = tried.words.reshape(count, length, -1)
    where = np.broadcast_to(np.array([*places])[:, None], (count, length, 1))
    known = np.concatenate([where, tokens], -1).reshape(count * length, -1)
    kinds, which = np.unique(known, axis=0, return_inverse=True)
    v = (which.reshape(count, length, 1) == np.arange(len(kinds))).astype(float)
    one = np.ones((count, length, 1))
    return linear_attention(one, one, v).out[:, -1]


def by_draws(*encodings: Encoding) -> Reads:
    """Heads, each of one of these encodings."""

    def reads(tried: Trial, heads: int, rng: np.random.Generator) -> np.ndarray:
        chosen = [encodings[place] for place in rng.integers(len(encodings), size=heads)]
        return np.concatenate([_read(one, tried.words, rng) for one in chosen], axis=1)

    return reads


def _read(encoding: Encoding, words: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """What one head reads last, or holds then if it hands a memory on: (W, F) floats."""
    seed = int(rng.integers(2**32))
    given = _floats(encoding, words, seed)
    result = encoding.rule(**given, **encoding.options)
    if isinstance(result.state, Cache):
        return result.out[:, -1]
    return result.state.reshape(len(words), -1)


def _floats(encoding: Encoding, words: np.ndarray, seed: int) -> dict[str, Any]:
    """The call for all words at once; every token, at every place, is drawn once."""
    known: dict[Any, dict[str, Any]] = {}

    def row(token: Any, t: int) -> dict[str, Any]:
        place = t if encoding.places else 0
        key = (place, *np.atleast_1d(token).tolist())
        if key not in known:
            drawn = token_inputs(encoding, token, place, seed)
            known[key] = {name: _as_floats(x) for name, x in drawn.items()}
        return known[key]

    rows = [[row(token, t) for t, token in enumerate(word)] for word in words.tolist()]
    names = rows[0][0]
    given = {name: np.array([[one[name] for one in word] for word in rows]) for name in names}
    begin = each(_as_floats, encoding.begin(np.random.default_rng(seed)))
    return given | {"state": begin}


def _as_floats(x: Any) -> np.ndarray:
    return np.vectorize(float, otypes=[float])(np.asarray(x, dtype=object))


def counted(heads: tuple[int, ...]) -> str:
    """How many heads, or each of how many.

    >>> counted((1,)), counted((1, 2, 4))
    ('1 head', '1, 2 and 4 heads')
    """
    return f"{listed(heads)} {'head' if heads == (1,) else 'heads'}"
