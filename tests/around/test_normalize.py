import numpy as np
import pytest
import sympy as sp

from refmem import l2_normalize
from refmem.around.normalize import LENGTHS
from refmem.laws.exact import assert_same


def test_each_eps_by_hand():
    # sum x^2 = 25, K = 2, eps = 24: sqrt(25 + 24), sqrt(25 + 2 * 24), 5 + 24, max(5, 24)
    x = np.array([sp.Integer(3), sp.Integer(4)], dtype=object)
    lengths = {"sum": 7, "mean": sp.sqrt(73), "length": 29, "floor": 24}
    for where in LENGTHS:
        assert_same(l2_normalize(x, 24, where), x / lengths[where], where)


@pytest.mark.parametrize("where", LENGTHS)
def test_without_eps_every_place_is_the_same(where):
    assert_same(l2_normalize(np.array([3.0, 4.0]), 0, where), np.array([0.6, 0.8]), where)
    assert_same(l2_normalize(np.zeros(2), 0, where), np.zeros(2), where)


@pytest.mark.parametrize("where", LENGTHS)
@pytest.mark.parametrize("dtype", [np.float16, np.float32, np.float64])
def test_the_kind_of_number_and_the_input_stay(where, dtype):
    x = np.ones((2, 3), dtype=dtype)
    assert l2_normalize(x, where=where).dtype == dtype
    assert_same(x, np.ones((2, 3), dtype=dtype), "x")


def test_small_vectors_tell_the_places_apart():
    x = np.array([1e-6, 0.0])
    first = {where: l2_normalize(x, 1e-6, where)[0] for where in LENGTHS}
    assert first["mean"] < first["sum"] < 0.5 <= first["length"] < first["floor"] == 1


@pytest.mark.parametrize(
    ("kind", "options", "message"),
    [
        (ValueError, {"where": "max"}, "l2_normalize: where has value 'max', expected one of sum"),
        (ValueError, {"eps": -1.0}, "l2_normalize: eps has value -1.0, expected at least 0"),
    ],
)
def test_what_is_refused(kind, options, message):
    with pytest.raises(kind, match=message):
        l2_normalize(np.ones(2), **options)


def test_whole_numbers_are_refused():
    with pytest.raises(TypeError, match="l2_normalize: x has dtype int64"):
        l2_normalize(np.ones(2, dtype=int))
