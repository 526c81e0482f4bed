"""Keys times numbers are the arrays they stand for, and multiply out only if they must."""

import numpy as np
import pytest

import refmem
from refmem.forms.compiled import linear
from refmem.forms.compiled.products import Product, apart
from refmem.laws.draws import sample
from refmem.laws.systems import DYADIC

KEYS = np.array([[1.0, 2.0], [3.0, -4.0]])
BETA, GATE = np.array([[2.0], [0.5]]), np.array([[0.0], [-1.0]])


@pytest.mark.parametrize("made", [
    lambda k: k,
    lambda k: -k,
    lambda k: BETA * k,
    lambda k: k * BETA * GATE,
    lambda k: -(GATE * (BETA * k)),
])  # fmt: skip
def test_a_product_is_what_it_stands_for(made):
    keys, factor = apart(made(Product(KEYS)))
    factors = np.ones(2) if factor is None else factor
    np.testing.assert_array_equal(factors[:, None] * keys, made(KEYS))


@pytest.mark.parametrize("made", [
    lambda k: k + 1,
    lambda k: k * k,
    lambda k: np.exp(k),
    lambda k: k @ np.ones((2, 3)),
    lambda k: k[..., None, :],
    lambda k: k.swapaxes(0, 1),
    lambda k: np.concatenate([k, k]),
    lambda k: np.add.accumulate(k),
    lambda k: k * np.ones((2, 2)),
    lambda k: 2.0 * k,
])  # fmt: skip
def test_whatever_else_is_asked_multiplies_out(made):
    got = made(BETA * Product(KEYS))
    assert isinstance(got, np.ndarray)
    np.testing.assert_array_equal(got, made(BETA * KEYS))


def test_keys_are_not_multiplied_out_for_a_token():
    x = sample(refmem.gated_delta, DYADIC, 6, T=3, K=33, V=35, lead=(2,), state=False)
    given = refmem.gated_delta.bind((), x, None, None)
    m = linear.transition_of(refmem.gated_delta, given)
    for part, of_tokens in ((m.write[0], given.beta), (m.erase[1], given.alpha)):
        keys, factor = apart(part)
        assert np.shares_memory(keys, given.k)
        np.testing.assert_array_equal(factor, of_tokens)
