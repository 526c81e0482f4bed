"""Exchanges that a memory still knows, beside a program that exchanges two entries of a list."""

import numpy as np

from refmem.studies.expressivity.keys import polynomial_keys
from refmem.studies.expressivity.tracking import share_tracked


def test_orthonormal_keys_and_a_linear_kernel_are_the_list():
    assert share_tracked(np.eye(12), "linear", exchanges=40, rng=3) == 1


def test_rounding_tracks_more_things_than_there_are_dimensions():
    made = polynomial_keys(64).vectors
    made = made / np.linalg.norm(made, axis=1, keepdims=True)
    assert made.shape[1] < 64
    assert share_tracked(made, "round", exchanges=128) == 1
    assert share_tracked(made, "linear", exchanges=128) < 0.5


def test_without_exchanges_all_is_where_it_was():
    assert share_tracked(np.eye(4), "round", exchanges=0) == 1
