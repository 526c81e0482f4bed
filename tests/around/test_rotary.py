import numpy as np
import pytest
import sympy as sp

from refmem import rotary, rotary_angles
from refmem.algebra import dot
from refmem.algebra.numbers import intervals
from refmem.laws.exact import assert_enclosures_overlap, assert_same


def test_by_hand():
    # a quarter turn takes (a, b) to (-b, a), half a turn to (-a, -b)
    x = np.array([[sp.Integer(n) for n in (1, 2, 3, 4, 5)]], dtype=object)
    angles = np.array([[sp.pi / 2, sp.pi]], dtype=object)
    halves, neighbours = rotary(x, angles), rotary(x, angles, "neighbours")
    assert list(halves[0]) == [-3, -2, 1, -4, 5]
    assert list(neighbours[0]) == [-2, 1, -3, -4, 5]


@pytest.mark.parametrize("pairing", ["halves", "neighbours"])
def test_inner_products_see_only_how_far_apart_tokens_are(pairing):
    q, k = intervals(np.random.default_rng(0).standard_normal((2, 1, 4)))

    def score(i, j):
        angles = (intervals(rotary_angles([p], 4, base=16.0)) for p in (i, j))
        turned = (rotary(x[None], a, pairing)[0] for x, a in zip((q[0], k[0]), angles, strict=True))
        return dot(*turned)

    assert score(7, 5).overlaps(score(12, 10))
    assert not score(7, 5).overlaps(score(5, 7))


def test_lengths_stay():
    x = intervals(np.random.default_rng(1).standard_normal((3, 6)))
    turned = rotary(x, intervals(rotary_angles(np.arange(3), 6)))
    assert_enclosures_overlap(dot(turned, turned), dot(x, x), "squared lengths")


def test_low_precision_rounds_only_cosines_and_sines():
    x = np.ones((1, 2), dtype=np.float16)
    angles = rotary_angles([1000], 2)
    cosine, sine = (f(angles[0, 0]).astype(np.float16) for f in (np.cos, np.sin))
    assert_same(rotary(x, angles), np.array([[cosine - sine, sine + cosine]]), "rotary")


def test_what_is_refused():
    with pytest.raises(ValueError, match="rotary: pairing has value 'pairs', expected halves or"):
        rotary(np.ones((1, 2)), np.ones((1, 1)), "pairs")
    with pytest.raises(
        ValueError, match=r"rotary: angles has shape \(1, 2\), expected \(..., T, P"
    ):
        rotary(np.ones((1, 3)), np.ones((1, 2)))
    with pytest.raises(ValueError, match=r"rotary: angles has shape \(2, 1\)"):
        rotary(np.ones((3, 2)), np.ones((2, 1)))
    with pytest.raises(ValueError, match="rotary_angles: K has value 3, expected an even number"):
        rotary_angles([0], 3)
