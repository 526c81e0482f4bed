import flint
import numpy as np

from refmem import sigmoid_attention
from refmem.algebra.numbers import intervals
from refmem.laws.exact import assert_enclosures_overlap
from refmem.memory import Cache
from tests.rules.attention.hand import asking, k, ratios

past = Cache(intervals([[0, 0]]), intervals([[2]]))


def test_sigmoid_attention_by_hand():
    # a query (log n, 0) weighs the cached pair sigmoid(0) = 1/2, a new key n/(1 + n)
    # token 1, n = 2: 1/2*2 + 2/3*6 = 5;  token 2, n = 3: 1/2*2 + 3/4*6 + 3/4*2 = 7
    out = sigmoid_attention(asking(2, 3), k, intervals([[6], [2]]), state=past, scale=1).out
    assert_enclosures_overlap(out, ratios((5, 1), (7, 1)), "sigmoid_attention")


def test_a_bias_by_hand():
    # bias log 2: cached sigmoid(log 2) = 2/3, a new key 2n/(1 + 2n)
    # token 1, n = 1: 2/3*2 + 2/3*6 = 16/3;  token 2, n = 2: 4/3 + 4/5*6 + 4/5*2 = 116/15
    bias, v = np.array(flint.arb(2).log()), intervals([[6], [2]])
    out = sigmoid_attention(asking(1, 2), k, v, bias, state=past, scale=1).out
    assert_enclosures_overlap(out, ratios((16, 3), (116, 15)), "sigmoid_attention")


def test_great_scores_do_not_overflow():
    q, v = np.array([[1000.0], [-1000.0]]), np.array([[1.0], [3.0]])
    assert sigmoid_attention(q, q, v, scale=1).out[:, 0].tolist() == [1, 3]
