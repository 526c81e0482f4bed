from refmem import Result, mamba1
from refmem.laws.exact import assert_same
from tests.rules.hand import symbolic

x, dt, A = symbolic([[1], [3]]), symbolic([["1/2"], [1]]), symbolic([["log(1/4)", 0]])
B, C = symbolic([[1, 1], [1, 1]]), symbolic([[1, 0], [1, 2]])
S0 = symbolic([[2], [4]])


def test_mamba1_by_hand():
    # exp(dt A) = (1/2, 1), (1/4, 1)
    # S1 = (1, 4) + 1/2 * 1 (1, 1) = (3/2, 9/2)          y1 = 3/2 + 2 * 1 = 7/2
    # S2 = (3/8, 9/2) + 1 * 3 (1, 1) = (27/8, 15/2)      y2 = 27/8 + 15 + 2 * 3 = 195/8
    got = mamba1(x, dt, A, B, C, symbolic([2]), state=S0)
    want = Result(symbolic([["7/2"], ["195/8"]]), symbolic([["27/8"], ["15/2"]]))
    assert_same(got, want, "mamba1")


def test_without_a_skip():
    got = mamba1(x, dt, A, B, C, state=S0).out
    assert_same(got, symbolic([["3/2"], ["147/8"]]), "mamba1")
