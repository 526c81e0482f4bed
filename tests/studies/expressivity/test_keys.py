"""Keys: as many as asked, as near to orthogonal as stated; what is said of too few dimensions."""

from fractions import Fraction

import numpy as np
import pytest

from refmem.studies.expressivity.keys import (
    Keys,
    narrowest_keys,
    necessary_width,
    orthogonal_keys,
    polynomial_keys,
    random_keys,
)


@pytest.mark.parametrize("n", [2, 25, 26, 343, 600])
def test_polynomial_keys_are_told_apart(n):
    keys = polynomial_keys(n)
    assert len(np.unique(keys.vectors, axis=0)) == n
    assert ((keys.vectors**2).sum(1) == keys.norm2).all()
    assert 2 * keys.slack < 1


def test_random_keys_are_told_apart_and_follow_from_the_generator():
    one, other = (random_keys(30, 300, np.random.default_rng(5)) for _ in range(2))
    assert one.vectors.shape == (30, 300)
    assert set(np.unique(one.vectors)) == {-1, 1}
    assert 2 * one.slack < 1
    assert (one.vectors == other.vectors).all()


def test_slack_is_the_worst_of_all_differences():
    """Counted over all differences of five keys, against the bound by the extreme overlaps."""
    keys = Keys(np.array([[2, 0, 0], [0, 2, 0], [1, 1, 1], [1, -1, 1], [0, 0, 2]]), 4)
    gram = Fraction(1, 4) * (keys.vectors @ keys.vectors.T - 0)
    gram[np.diag_indices(5)] = 1
    ideal = np.eye(5, dtype=int)
    worst = 0
    for i, j, a, b in np.ndindex(5, 5, 5, 5):
        if i != j and a != b:
            off = gram - ideal
            worst = max(worst, abs(off[i, a] - off[i, b] - off[j, a] + off[j, b]))
    assert worst <= keys.slack == 2 * (Fraction(1, 2) + Fraction(1, 2))


def test_the_narrowest_are_orthogonal_while_that_is_narrower():
    assert narrowest_keys(55).vectors.shape == (55, 55)
    assert narrowest_keys(56).vectors.shape == (56, 55)
    assert orthogonal_keys(4).slack == 0


def test_the_welch_bound_is_reached_from_below():
    """At one dimension less, sqrt((n - d)/(d (n - 1))) is at least 1/8."""
    for n in (2, 10, 512, 5000):
        d = necessary_width(n)
        assert 64 * (n - d) < d * (n - 1)
        assert 64 * (n - d + 1) >= (d - 1) * (n - 1)


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (
            lambda rng: random_keys(512, 40, rng),
            "keys: d has value 40, expected at least 57, .*Wel",
        ),
        (
            lambda rng: random_keys(512, 60, rng, draws=500),
            "keys: d has value 60, expected at least 976, because 500 draws found [0-9]+ of 512",
        ),
        (lambda rng: random_keys(1, 40, rng), "keys: n has value 1, expected at least 2"),
        (lambda rng: polynomial_keys(1), "keys: n has value 1, expected at least 2"),
        (lambda rng: narrowest_keys(0), "keys: n has value 0, expected at least 2"),
    ],
)
def test_too_few(make, message):
    with pytest.raises(ValueError, match=message):
        make(np.random.default_rng(0))
