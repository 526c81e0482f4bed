import numpy as np
import pytest

from refmem import Result, averaged_memory
from refmem.algebra.numbers import fractions
from refmem.laws.exact import assert_same
from tests.rules.hand import S0, column, k, q, v


def test_averaged_memory_by_hand():
    # n = 2: S1 = 1/2 (2, 4) + 1/2 (1, 1) = (3/2, 5/2)                       o1 = 3/2
    # n = 4: S2 = 3/4 (3/2, 5/2) + 3/4 (1, 1) = (15/8, 21/8)                 o2 = 15/8 + 42/8 = 57/8
    got = averaged_memory(q, k, v, fractions([2, 4]), state=S0)
    assert_same(got, Result(column(1.5, 7.125), column(1.875, 2.625)), "averaged_memory")


def test_it_counts_from_one():
    got = averaged_memory(q, k, v).out
    assert_same(got, averaged_memory(q, k, v, fractions([1, 2])).out, "averaged_memory")


def test_a_state_needs_its_count():
    with pytest.raises(
        ValueError,
        match=r"averaged_memory: count has no value, expected how many tokens the mean is over, "
        r"because a state does not say how many it holds",
    ):
        averaged_memory(q, k, v, state=S0)


def test_a_token_counts_itself():
    ones = np.ones((2, 1))
    with pytest.raises(
        ValueError,
        match=r"averaged_memory: count has values from 0 to 1, expected at least 1, "
        r"because the token itself is counted",
    ):
        averaged_memory(ones, ones, ones, np.array([0.0, 1.0]))
