import numpy as np
import pytest

from refmem import Result, lightning_attention
from refmem.algebra.numbers import fractions
from refmem.functions.slopes import lightning_slopes
from refmem.laws.exact import assert_same
from tests.rules.hand import S0, column, k, q, v


def test_lightning_attention_by_hand():
    # S1 = 1/2 (2, 4) + 1 (1, 1) = (2, 3)       o1 = 2
    # S2 = 1/2 (2, 3) + 3 (1, 1) = (4, 9/2)     o2 = 4 + 9 = 13
    got = lightning_attention(q, k, v, fractions(0.5), state=S0)
    assert_same(got, Result(column(2, 13), column(4, 4.5)), "lightning_attention")


def test_the_factors_follow_from_head_and_layer():
    x = np.random.default_rng(0).standard_normal((3, 2, 5, 4))
    given = np.exp(-np.array(lightning_slopes(2, 1, 3)))
    got = lightning_attention(*x, layer=1, layers=3)
    assert_same(got, lightning_attention(*x, given), "lightning_attention")


def test_exact_numbers_need_a_factor():
    with pytest.raises(
        TypeError,
        match=r"lightning_attention: gamma has no value, expected one, because its default "
        r"exp\(-slope\) is not a number of this kind",
    ):
        lightning_attention(q, k, v)
