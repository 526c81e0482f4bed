"""Words over all letters: what heads that divide and gates that are not negative cannot tell apart,
and what one head or one channel more can."""

from dataclasses import replace
from fractions import Fraction

import numpy as np
import pytest

from refmem.studies.expressivity import letter_limits
from refmem.studies.expressivity.encodings import GATED, SOFTMAX
from refmem.studies.expressivity.graphs import Reachability
from refmem.studies.expressivity.groups import cyclic, quaternion, symmetric
from refmem.studies.expressivity.letters import letters_of
from refmem.studies.expressivity.tasks import (
    Automaton,
    Brackets,
    Copying,
    Counting,
    Recall,
    Swaps,
    WordProblem,
)

TRACKING = [
    (Counting(2), 2),
    (Counting(3), 3),
    (Counting(4), 2),
    (Swaps(4), 2),
    (Swaps(3), 3),
    (WordProblem(symmetric(3)), 2),
    (WordProblem(quaternion()), 2),
    (WordProblem(cyclic(3)), 3),
    (WordProblem(cyclic(5)), 5),
    (Automaton(((1, 2, 0), (0, 1, 2))), 3),
]


@pytest.mark.parametrize(("task", "modulus"), TRACKING, ids=lambda x: getattr(x, "name", str(x)))
def test_letters_add_up(task, modulus):
    letters = letters_of(task)
    assert letters.modulus == modulus
    answers = letters.answers(task, 4)
    assert len(set(answers)) == modulus
    for word in letters.words(4):
        assert task.answers(letters.word(word))[-1] == answers[sum(word) % modulus]


@pytest.mark.parametrize(
    "task",
    [Recall(3, 2), Copying(2, 3), Brackets(2, 3), Reachability(5), Automaton(((1, 1), (0, 0)))],
    ids=lambda task: task.name,
)
def test_tasks_that_count_nothing_have_no_letters(task):
    assert letters_of(task) is None


@pytest.mark.parametrize("places", [True, False])
@pytest.mark.parametrize("heads", [1, 2, 3])
def test_any_number_of_heads_fails_at_one_letter_more(heads, places):
    encoding = replace(SOFTMAX, places=places)
    for task in (Counting(2), WordProblem(symmetric(3))):
        limit = letter_limits.degree(task, encoding, np.random.default_rng(heads), heads)
        assert limit.sizes.startswith(f"{heads} heads of 3 channels")
        assert f"words of {heads + 1} letters" in limit.shown


def test_of_as_many_letters_nothing_is_said(monkeypatch):
    """One letter fewer: what is read after words of both answers is not the same on average."""
    agree = letter_limits._agree
    monkeypatch.setattr(
        letter_limits, "_agree", lambda task, letters, n, read: agree(task, letters, n - 1, read)
    )
    rng = np.random.default_rng(0)
    assert letter_limits.degree(Counting(2), replace(SOFTMAX, places=True), rng) is None


@pytest.mark.parametrize("places", [True, False])
@pytest.mark.parametrize(("task", "modulus"), TRACKING[:6], ids=lambda x: getattr(x, "name", ""))
def test_gates_that_are_never_negative_fail(task, modulus, places):
    """Gates of 0 and of 1 are among those that are drawn."""
    limit = letter_limits.positive(task, replace(GATED, places=places), np.random.default_rng(3))
    assert f"all {modulus**4} words of 4 letters" in limit.shown


def test_gates_that_may_be_negative_are_not_said_to_fail():
    """A gate of -1 at every 1 tells odd from even for ever."""

    def turning(rng):
        drawn = GATED.one(rng)
        return drawn | {"alpha": [Fraction(int(x), 6) for x in rng.choice([-5, -2, 3, 4], 3)]}

    encoding = replace(GATED, one=turning)
    found = [
        letter_limits.positive(Counting(2), encoding, np.random.default_rng(seed))
        for seed in range(4)
    ]
    assert None in found
