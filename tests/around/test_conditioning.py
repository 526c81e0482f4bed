"""The condition of a solve: what it was measured to be, and that errors stay below its bound."""

from fractions import Fraction

import numpy as np
import pytest

import refmem
from refmem.laws.exact import assert_same

rng = np.random.default_rng(0)
NORMAL = rng.standard_normal((256, 64))
UNIT = NORMAL / np.linalg.norm(NORMAL, axis=1, keepdims=True)


@pytest.mark.parametrize(
    ("keys", "kernel", "scale", "measured"),
    [
        (NORMAL, "softmax", None, 5.7),
        (UNIT, "linear", 1, 11),
        (UNIT, "relu", 1, 21),
        (UNIT, "round", 1, 2.6),
        (UNIT, "exp", 1, 2.3e3),
        (np.ones((256, 64)) / 8, "linear", 1, 327),
        (np.ones((256, 64)), "softmax", None, 4.3),
    ],
)
def test_conditions_are_what_others_measured(keys, kernel, scale, measured):
    """An independent program's numbers, of two digits."""
    found = refmem.condition(keys, kernel, scale=scale).normwise
    assert float(f"{found:.2g}") == pytest.approx(measured, rel=0.02)


def test_keys_that_are_too_long_explode():
    """beta |k|^2 is about sqrt(64) = 8, more than 2."""
    assert refmem.condition(NORMAL, "linear", scale=1 / 8).skeel > 1e20


def exact_write(k, v):
    """What refmem.deltaformer writes, over the rationals."""
    k, v = (np.vectorize(Fraction, otypes=[object])(x) for x in (k, v))
    return refmem.deltaformer(k, k, v, kappa1="linear", kappa2="linear", scale=1).state.value


@pytest.mark.parametrize("reach", [1, 2])
def test_errors_are_below_the_bound_entry_by_entry(reach):
    """Whole numbers as keys, so that only the solve rounds; they explode, and are bounded still."""
    random = np.random.default_rng(reach)
    k = random.integers(-reach, reach + 1, (24, 3)).astype(np.float32)
    v = random.standard_normal((24, 2)).astype(np.float32)
    u = refmem.deltaformer(k, k, v, kappa1="linear", kappa2="linear", scale=1).state.value
    found = refmem.condition(k, "linear", scale=1)
    error = abs((u - exact_write(k, v)).astype(float))
    bound = found.error_bound(u, 2.0**-24)
    assert (error <= bound).all()
    assert error.max() > 0
    assert (error.max(1) > bound.max(1) / 10**5).any()


def test_strengths_and_readers_count():
    k, w, beta = UNIT[:4, :3], NORMAL[:4, :3], np.array([0.5, 1, 2, 0])
    found = refmem.condition(k, "linear", w=w, beta=beta, scale=2)
    expected = beta[:, None] * np.tril(2 * w @ k.T, -1)
    assert abs(found.erase - expected).max() < 1e-15
    again = found.inverse @ (found.erase + np.eye(4))
    assert abs(again - np.eye(4)).max() < 1e-14


def test_heads_have_conditions_of_their_own():
    keys = np.stack([UNIT[:6, :4], np.ones((6, 4))])
    found = refmem.condition(keys, "linear", scale=1)
    assert found.skeel.shape == found.normwise.shape == (2,)
    alone = refmem.condition(keys[1], "linear", scale=1)
    assert_same(found.inverse[1], alone.inverse, "inverse")
    assert found.error_bound(np.ones((2, 6, 3))).shape == (2, 6, 3)


def test_no_tokens_have_nothing_to_solve():
    found = refmem.condition(np.zeros((0, 3)))
    assert (found.skeel, found.normwise) == (0, 1)
    assert found.error_bound(np.zeros((0, 2))).shape == (0, 2)


@pytest.mark.parametrize("roundoff", [0.0, 0.5, -1.0])
def test_a_roundoff_is_small(roundoff):
    found = refmem.condition(np.ones((3, 1)))
    with pytest.raises(
        ValueError, match=r"condition: roundoff has value .* less than 1/3, because"
    ):
        found.error_bound(np.ones((3, 1)), roundoff)


def test_arguments_are_those_of_the_rule():
    with pytest.raises(ValueError, match="kernel: name has value 'lineal'"):
        refmem.condition(np.ones((3, 1)), "lineal")
