"""Memories are the shipped rules with their gates, however the tokens are cut."""

import numpy as np
import pytest

import refmem
from refmem.studies.longcontext import Averaged, Decayed, Delta, GatedDelta, Kalman, Mesa
from refmem.studies.longcontext.settings import memory_of, of_memory

ALL = [
    Averaged(),
    Decayed(0.75),
    Delta(0.5),
    GatedDelta(0.75, 0.5),
    Mesa(0.75, 0.5),
    Kalman(0.1, 0.5, 0.75, 2.0),
]
ids = [memory.name for memory in ALL]
RNG = np.random.default_rng(0)
KEYS, VALUES = RNG.standard_normal((2, 12, 3)), RNG.standard_normal((2, 12, 2))


@pytest.mark.parametrize("memory", ALL, ids=ids)
def test_writing_in_pieces_is_writing_at_once(memory):
    """The same operations on the same numbers, bit for bit: two tokens are one pass of a loop."""
    whole = memory.write(KEYS, VALUES, 0)
    state = memory.write(KEYS[:, :6], VALUES[:, :6], 0)
    state = memory.write(KEYS[:, 6:], VALUES[:, 6:], 6, state)
    assert np.array_equal(memory.estimate(state), memory.estimate(whole))


@pytest.mark.parametrize("memory", ALL, ids=ids)
def test_a_memory_of_exact_pairs_estimates_their_map(memory):
    """Keys e_1, e_2, ... again and again without noise: averages and regressions find the map."""
    W = RNG.standard_normal((3, 2))
    k = np.tile(np.eye(3), (100, 1))
    estimate = memory.estimate(memory.write(k, k @ W, 0))
    assert estimate.shape == (3, 2)
    if memory.name == "averaged":
        assert np.abs(estimate - W).max() <= 300 * np.finfo(float).eps * np.abs(W).max()


def test_the_rules_are_those_that_are_named():
    one = np.ones(12)
    q, k, v = KEYS, KEYS, VALUES
    expected = {
        "averaged": refmem.averaged_memory(q, k, v).state,
        "decayed": refmem.scalar_decay(q, k, v, 0.75 * one).state,
        "delta": refmem.delta(q, k, v, 0.5 * one).state,
        "gated_delta": refmem.gated_delta(q, k, v, 0.75 * one, 0.5 * one).state,
    }
    for memory in ALL[:4]:
        got, want = memory.write(k, v, 0), expected[memory.name]
        assert np.abs(got - want).max() <= 200 * np.finfo(float).eps * np.abs(want).max()


def test_a_filter_starts_from_the_size_of_the_world():
    empty = KEYS[:, :0], VALUES[:, :0]
    state = ALL[-1].write(*empty, 0)
    assert np.array_equal(state.covariance, np.broadcast_to(2 * np.eye(3), (2, 3, 3)))
    assert np.array_equal(ALL[-1].expected_error(state), [6, 6])


@pytest.mark.parametrize("memory", ALL, ids=ids)
def test_settings_make_the_same_memory(memory):
    assert memory_of(of_memory(memory)) == memory


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (
            lambda: Decayed(1.0),
            "Decayed: alpha has value 1.0, expected at least 0 and less than 1, because",
        ),
        (
            lambda: GatedDelta(1.5, 0.5),
            "GatedDelta: alpha has value 1.5, expected at least 0 and at most 1, because",
        ),
        (
            lambda: GatedDelta(0.5, 3.0),
            "GatedDelta: beta has value 3.0, expected at least 0 and at most 2, because",
        ),
        (lambda: Delta(-0.5), "Delta: beta has value -0.5, expected at least 0 and at most 2"),
        (
            lambda: Mesa(-0.5, 1.0),
            "Mesa: alpha has value -0.5, expected at least 0 and at most 1, because",
        ),
        (lambda: Mesa(0.5, 0.0), "Mesa: ridge has value 0.0, expected more than 0, because"),
        (lambda: Kalman(-1.0, 1.0), "Kalman: drift has value -1.0, expected at least 0"),
        (
            lambda: Kalman(0.0, 1.0, 2.0),
            "Kalman: keep has value 2.0, expected at least 0 and at most 1",
        ),
        (lambda: Kalman(0.0, 1.0, 1.0, 0.0), "Kalman: size has value 0.0, expected more than 0"),
        (lambda: Kalman(0.0, 0.0), "Kalman: noise has value 0.0, expected more than 0, because"),
        (lambda: memory_of({"name": "kalmann"}), "memory: name has .* did you mean 'kalman'"),
    ],
)
def test_gates_that_cannot_be_are_one_error(make, message):
    with pytest.raises(ValueError, match=message):
        make()
