from refmem import Result, linear_attention
from refmem.laws.degree import degree
from refmem.laws.exact import assert_same
from tests.rules.hand import S0, column, k, q, v


def test_linear_attention_by_hand():
    # S1 = (2, 4) + 1 (1, 1) = (3, 5)      o1 = (1, 0) . S1 = 3
    # S2 = (3, 5) + 3 (1, 1) = (6, 8)      o2 = (1, 2) . S2 = 22
    got = linear_attention(q, k, v, state=S0)
    assert_same(got, Result(column(3, 22), column(6, 8)), "linear_attention")


def test_the_degree_of_linear_attention():
    assert [degree(linear_attention, T) for T in (1, 3)] == [3 for T in (1, 3)]  # q k v
