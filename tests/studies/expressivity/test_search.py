"""The search for programs: it finds one where there is one, none where there is none, and refutes
claims that are false."""

from dataclasses import replace

import numpy as np
import pytest

from refmem.studies.expressivity.encodings import (
    EXCHANGING,
    GATED,
    HARD,
    PROJECTING,
    SOFTMAX,
    Encoding,
)
from refmem.studies.expressivity.graphs import Reachability
from refmem.studies.expressivity.groups import cyclic, quaternion, symmetric
from refmem.studies.expressivity.search import (
    by_draws,
    every_count,
    every_sum,
    search,
    spread,
    tells_apart,
)
from refmem.studies.expressivity.tasks import Brackets, Copying, Counting, Recall, WordProblem
from refmem.studies.expressivity.trials import trial

RNG = np.random.default_rng


def test_it_finds_how_attention_reaches():
    """64 graphs of five nodes: no sum over tokens is right about them, heads that take a token or
    leave it are, and far fewer of them than there are graphs."""
    task = Reachability(5)
    assert search(task, every_sum, RNG(0)).found is None
    tried = trial(task, 64)
    reads = by_draws(HARD)(tried, 24, RNG(0))
    assert reads.shape == (64, 24)
    assert tells_apart(reads, tried.answers)


def test_by_chance_it_would_not():
    """The same number of heads, and answers in another order."""
    tried = trial(Reachability(5), 64)
    reads = by_draws(HARD)(tried, 24, RNG(0))
    told = [tells_apart(reads, RNG(seed).permutation(tried.answers)) for seed in range(8)]
    assert sum(told) <= 1


@pytest.mark.parametrize("task", [Recall(3, 2), Copying(2, 3), Brackets(2, 3)])
def test_places_make_a_sum_know_an_order(task):
    """What was thought to be out of reach of linear attention."""
    assert search(task, every_sum, RNG(0)).found == 1
    assert search(task, every_count, RNG(0)).found is None


@pytest.mark.parametrize("task", [Counting(2), Counting(3), WordProblem(quaternion())])
def test_no_sum_over_tokens_tracks(task):
    assert search(task, every_sum, RNG(0)).found is None


def test_drawn_heads_do_not_count_but_as_many_as_letters_do():
    """H heads are of degree H: with more than there are letters, parity of three is told."""
    placed = replace(SOFTMAX, places=True)
    assert search(Counting(2), by_draws(placed), RNG(0)).found is None
    tried = trial(Counting(2), 8)
    assert not tells_apart(by_draws(placed)(tried, 2, RNG(0)), tried.answers)
    assert tells_apart(by_draws(placed)(tried, 7, RNG(0)), tried.answers)


def test_it_would_have_found_a_program_if_a_claim_were_false():
    """Were steps of 2 allowed where 1 is the most, it says at once that parity is in reach."""
    found = search(Counting(2), by_draws(EXCHANGING), RNG(0), draws=8)
    assert str(found) == (
        "searched 8 draws of 1 and 2 heads on all 256 words of 9 tokens: a program of 1 head"
    )
    assert search(Counting(2), by_draws(PROJECTING), RNG(0), draws=8).found is None


def test_the_same_seed_finds_the_same():
    one, other = (by_draws(PROJECTING)(trial(Counting(2), 16), 2, RNG(5)) for _ in range(2))
    assert (one == other).all()


@pytest.mark.parametrize(
    ("task", "words", "letters"),
    [
        (Counting(2), 256, 8),
        (Counting(3), 243, 5),
        (WordProblem(symmetric(3)), 243, 5),
        (WordProblem(cyclic(3)), 243, 5),
        (Copying(3, 4), 256, 8),
        (Recall(4, 3), 243, 5),
    ],
)
def test_trials_are_complete(task, words, letters):
    tried = trial(task, 256)
    assert len(np.unique(tried.words, axis=0)) == len(tried.words) == words
    assert tried.letters == letters
    assert (tried.words[:, -1] == tried.words[0, -1]).all()
    assert all(task.allows(word) for word in tried.words)


def test_columns_that_say_nothing_are_left_out():
    reads = np.array([[1.0, 5.0, 1e9], [1.0, 7.0, 1e9 + 1e-3]])
    assert spread(reads).tolist() == [[0.0], [1.0]]


def test_what_hands_a_memory_on_may_be_read_as_a_whole():
    two = Encoding(GATED.rule, GATED.one, GATED.begin, places=True)
    assert by_draws(two)(trial(Counting(2), 4), 2, RNG(0)).shape == (4, 6)
