from refmem import Result, value_gated
from refmem.algebra.numbers import fractions
from refmem.laws.degree import degree
from refmem.laws.exact import assert_same
from tests.rules.hand import k, q


def test_value_gated_by_hand():
    # S0 = [2 4]   S1 = [1/2 * 2  1 * 4] + [1 1] = [2 5]   o1 = (1, 0) S1 = (2, 5)
    #      [4 8]        [1/2 * 4  1 * 8]   [1 1]   [3 9]
    # S2 = [1 * 2  0 * 5] + [3 3] = [5 3]                  o2 = (1, 2) S2 = (5 + 12, 3 + 6)
    #      [1 * 3  0 * 9]   [3 3]   [6 3]
    v, alpha = fractions([[1, 1], [3, 3]]), fractions([[0.5, 1], [1, 0]])
    got = value_gated(q, k, v, alpha, state=fractions([[2, 4], [4, 8]]))
    want = Result(fractions([[2, 5], [17, 9]]), fractions([[5, 3], [6, 3]]))
    assert_same(got, want, "value_gated")


def test_the_degree_of_value_gated():
    assert [degree(value_gated, T) for T in (1, 3)] == [T + 2 for T in (1, 3)]  # q alpha^T S0
