import numpy as np
import pytest

from refmem import Result, normalized_linear_attention
from refmem.algebra.numbers import fractions, intervals
from tests.exact import assert_enclosures_overlap, assert_same
from tests.rules.hand import column, k, q, v

S0 = fractions([[2, 1], [4, 1]])


def test_normalized_linear_attention_by_hand():
    # S1 = [2 1; 4 1] + (1, 1) [1 1] = [3 2; 5 2]      o1 = 3/2
    # S2 = [3 2; 5 2] + (1, 1) [3 1] = [6 3; 8 3]      o2 = (6 + 16)/(3 + 6) = 22/9
    got = normalized_linear_attention(q, k, v, state=S0, feature_map="identity")
    want = Result(column(1.5, 0) + column(0, 22) / 9, fractions([[6, 3], [8, 3]]))
    assert_same(got, want, "normalized_linear_attention")


def test_a_gradient_where_a_query_is_zero_by_hand():
    # phi(x) = x + 1 or e^x has slope 1 at 0. phi(k) = (2, 1), (1, 2); v = 0, 1; phi(0, 0) = (1, 1)
    # S2 = [1 3; 2 3]      o2 = 3/6      dq2 = ((1, 2) - 3/6 (3, 3))/6 = (-1/12, 1/12)
    keys = intervals([[1, 0], [0, 1]])
    queries, values = intervals([[1, 0], [0, 0]]), intervals([[0], [1]])
    grads = normalized_linear_attention.vjp(queries, keys, values, dout=values)
    want = intervals(fractions([-1, 1]) / 12)
    assert_enclosures_overlap(grads.q[1], want, "the gradient by the query")


def test_nothing_seen_reads_zero():
    got = normalized_linear_attention(q * 0, k, v, feature_map="identity").out
    assert_same(got, column(0, 0), "normalized_linear_attention")


def test_a_constant_value_is_read_as_it_is():
    ones = np.ones((5, 3))
    random = np.random.default_rng(0)
    q, k = random.standard_normal((2, 5, 2))
    assert_same(normalized_linear_attention(q, k, ones).out, ones, "normalized_linear_attention")


def test_unknown_feature_maps_are_refused():
    with pytest.raises(
        ValueError,
        match=r"feature_map: name has value 'elu', expected one of identity, elu_plus_one or a "
        r"FeatureMap, because these exist",
    ):
        normalized_linear_attention(q, k, v, feature_map="elu")
