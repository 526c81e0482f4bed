import numpy as np
import pytest

from refmem import Result, log_linear_attention
from refmem.algebra.numbers import fractions
from refmem.laws.exact import assert_same
from refmem.rules.slots.log_linear_attention import Levels
from tests.rules.hand import S0, column, k, q, v


@pytest.mark.parametrize("form", log_linear_attention.forms)
def test_log_linear_attention_by_hand(form):
    # two levels, of which level 0 holds (2, 4); alpha = 1/2; levels weigh 1 and 2
    # it is carried to level 1 and decays to (1, 2); level 0 is 1 (1, 1)
    #     (1, 1) + 2 (1, 2) = (3, 5)                                o1 = 3
    # both are full, so level 1, the last, takes level 0 as well: 1/2 (2, 3); level 0 is 3 (1, 1)
    #     (3, 3) + 2 (1, 3/2) = (5, 6)                              o2 = 17
    start = Levels(np.stack([S0, 0 * S0]), fractions([1, 0]))
    alpha, levels = fractions([0.5, 0.5]), fractions([[1, 2]] * 2)
    got = log_linear_attention(q, k, v, alpha, levels, state=start, form=form)
    after = Levels(np.stack([column(3, 3), column(1, 1.5)]), fractions([1, 1]))
    assert_same(got, Result(column(3, 17), after), f"log_linear_attention.{form}")


def test_levels_follow_the_binary_digits_of_time():
    # which of 8 tokens each level holds at token 7 = 111: itself, 6, then 4 and 5, then 0 to 3
    value = fractions([[2**t] for t in range(8)])
    one, levels = 0 * value + 1, fractions(np.eye(4)[:, None] + np.zeros((4, 8, 1)))
    got = log_linear_attention(one, one, value, one[:, 0], levels).out[:, -1]
    assert_same(got, column(128, 64, 48, 15), "levels at token 7")
