import flint
import numpy as np

from refmem import forgetting_attention
from refmem.algebra.numbers import intervals
from refmem.laws.exact import assert_enclosures_overlap
from refmem.memory import Cache
from tests.rules.attention.hand import asking, k, ratios


def test_forgetting_attention_by_hand():
    # gates 1/2, 1/3
    # token 1: cached 1/2, itself 2:                    (1/2*1 + 2*6) / (5/2) = 5
    # token 2: cached 1/2*1/3, token 1 3*1/3, itself 3: (1/6*1 + 1*6 + 3*0) / (25/6) = 37/25
    past = Cache(intervals([[0, 0]]), intervals([[1]]), intervals([-7]))
    log_alpha = np.array([-flint.arb(2).log(), -flint.arb(3).log()])
    v = intervals([[6], [0]])
    out = forgetting_attention(asking(2, 3), k, v, log_alpha, state=past, scale=1).out
    assert_enclosures_overlap(out, ratios((5, 1), (37, 25)), "forgetting_attention")


def test_a_gate_of_minus_infinity_forgets_everything_before():
    ones, v = np.ones((3, 1)), np.array([[1.0], [2.0], [4.0]])
    for form in forgetting_attention.forms:
        out = forgetting_attention(ones, ones, v, np.array([0, -np.inf, 0]), form=form, chunk=2).out
        assert out[:, 0].tolist() == [1, 2, 3]
