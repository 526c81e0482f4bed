from refmem import Result, mamba3
from refmem.laws.exact import assert_same
from refmem.rules.decay.mamba3 import Trapezoid
from tests.rules import hand
from tests.rules.hand import symbolic


def test_mamba3_by_hand():
    # dt = 1 and 2, A = log(1/2): the memory halves and then quarters; lam = 1/2 and 1/4
    # S' = (2, 4) + 1/2 (2, 0) 4 = (6, 4)          the token before was B = (2, 0), x = 4
    # S1 = (3, 2) + 1/2 (1, 1) = (7/2, 5/2)                             y1 = 7/2 + 1/2 1 = 4
    # S' = S1 + 3/4 2 (1, 1) 1 = (5, 4)
    # S2 = (5/4, 1) + 1/4 2 (1, 1) 3 = (11/4, 5/2)                      y2 = 31/4 + 3/2 = 37/4
    S0, C, B, x = (symbolic(one) for one in (hand.S0, hand.q, hand.k, hand.v))
    dt, rates = symbolic([1, 2]), symbolic(["log(1/2)", "log(1/2)"])
    lam, D = symbolic(["1/2", "1/4"]), symbolic(["1/2"])[0]
    state = Trapezoid(symbolic([[2, 0, 4]]), S0)
    got = mamba3(x, dt, rates, B, C, lam, D, state=state)
    last, memory = symbolic([[1, 1, 3]]), symbolic([["11/4"], ["5/2"]])
    assert_same(got, Result(symbolic([["4"], ["37/4"]]), Trapezoid(last, memory)), "mamba3")
