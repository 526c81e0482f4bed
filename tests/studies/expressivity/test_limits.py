"""Limits: shown where there is no program, never where there is one; certificates and margins."""

from fractions import Fraction
from itertools import pairwise

import numpy as np
import pytest

from refmem.algebra.numbers import fractions
from refmem.rules.decay import gla
from refmem.rules.delta import delta
from refmem.studies.expressivity import limits
from refmem.studies.expressivity.certificates import alternating_weights, margin
from refmem.studies.expressivity.encodings import Encoding
from refmem.studies.expressivity.parity import best_margins
from refmem.studies.expressivity.tasks import Brackets, Counting, Recall
from refmem.studies.expressivity.witnesses import alternation, balanced, last_answer, reordered
from tests.studies.expressivity.cells import UNKNOWN, every_limit


@pytest.mark.parametrize(("row", "task", "grants"), every_limit())
def test_a_limit_is_never_shown_where_there_is_a_program(row, task, grants):
    """A limit that could be shown of a task that is solved would be false."""
    shown = [show(task, rng=np.random.default_rng(1)) for show in row.limits(grants)]
    found = [limit for limit in shown if limit is not None]
    assert not (found and row.program(task, grants)), [limit.shown for limit in found]
    assert found or row.program(task, grants) or (row.name, task.name) in UNKNOWN[grants.places]


def test_words_in_another_order_have_the_same_tokens():
    pair = reordered(Recall(3, 3), np.random.default_rng(0))
    one, other = (sorted(map(tuple, word.tolist())) for word in pair.words)
    assert one == other
    assert pair.answers == tuple(last_answer(Recall(3, 3), word) for word in pair.words)
    assert pair.answers[0] != pair.answers[1]


def test_balanced_words_have_the_same_tokens_at_every_place():
    for task in (Counting(2), Counting(3)):
        found = balanced(task, np.random.default_rng(0))
        left, right = (np.sort(side, axis=0) for side in (found.left, found.right))
        assert (left == right).all()
        assert {last_answer(task, word) for word in found.left} == {found.answers[0]}
        assert {last_answer(task, word) for word in found.right} == {found.answers[1]}


def test_alternation_by_hand():
    token, times = alternation(Counting(2), 1, 4, np.random.default_rng(0))
    assert (token, times) == (1, [1, 2, 3, 4])
    assert alternation(Counting(2), 2, 4, np.random.default_rng(0)) is None


def nothing(rng):
    """An empty memory of one channel."""
    return np.zeros((1, 1), int)


def halved(rng):
    """One channel, and a factor that differs from token to token."""
    alpha = [Fraction(1, int(rng.integers(2, 99)))]
    return {"q": [1], "k": [1], "v": rng.integers(1, 99, 1), "alpha": alpha}


def test_a_memory_that_is_no_sum_is_not_called_one():
    """The same search, of a rule that forgets: outputs have different sums."""
    gated = Encoding(gla, halved, nothing)
    assert limits.additive(Counting(2), gated, np.random.default_rng(0)) is None
    assert limits.blind(Recall(3, 3), gated, np.random.default_rng(0)) is None


def test_a_memory_that_turns_is_not_said_to_fail():
    """beta |k|^2 = 2 exactly: parity is told apart, so no weights prove the contrary."""
    steps = {"q": [1], "k": [1], "v": [1], "beta": Fraction(2)}
    turning = Encoding(delta, lambda rng: steps, nothing)
    assert limits.turning(Counting(2), turning, np.random.default_rng(0)) is None


def test_a_memory_that_keeps_a_stack_does_not_fade():
    """Counters alone tell one open bracket from none; only their order is lost."""
    counters = Encoding(
        gla,
        lambda rng: {"q": [1], "k": [1], "v": rng.integers(1, 9, 1), "alpha": [Fraction(1)]},
        nothing,
    )
    task = Brackets(2, 3)
    rng = np.random.default_rng(0)
    assert limits.fading(task, counters, rng, words=limits.LEVELS) is None


def test_weights_prove_what_they_say():
    """2^t and 2^-t at t = 0, 1, ..: four points are one too many for two and a threshold."""
    points = fractions([[2.0**t, 0.5**t] for t in range(6)])
    weights = alternating_weights(points)
    assert len(weights) == 4
    assert all(y > 0 for y in weights)
    signs = [1, -1, 1, -1]
    for column in (*points[:4].T, np.ones(4, int)):
        assert sum(s * y * x for s, y, x in zip(signs, weights, column, strict=True)) == 0


def test_points_that_can_be_told_apart_have_no_weights_but_a_margin():
    points = np.array([[0], [2], [0], [2]])
    assert alternating_weights(fractions(points)) is None
    assert margin(points.astype(float), np.array([1, -1, 1, -1])) == 0.5


def test_the_best_margin_of_parity_falls_to_nothing_by_k_plus_two():
    for channels in (1, 2, 3):
        margins = best_margins(gla, channels, 8)
        assert all(a >= b for a, b in pairwise(margins))
        told, not_told = margins[:channels], margins[channels:]
        assert min(told) > 1e-3 > 1e-9 > max(not_told)
    # what is read changes from 1 to -1 in each channel, so a score of 1 in each tells by 1 each
    assert best_margins(delta, 3, 8) == pytest.approx([3] * 7)
