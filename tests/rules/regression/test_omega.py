from refmem import Result, omega
from refmem.algebra.numbers import fractions
from refmem.laws.exact import assert_same
from refmem.rules.regression.omega import Windowed
from tests.rules.hand import S0, column, k, q, v


def test_omega_by_hand():
    # a window of two, the older one counting half; before, the key (1, 0) had the value 1
    # (2, 4) recalls 2 and 6, too much by 1 and 5: gradient 2 (1/2 (1) (1, 0) + 5 (1, 1)) = (11, 10)
    # S1 = 1/2 (2, 4) - 1/4 (11, 10) = (-7/4, -1/2)                 o1 = -7/4
    # S1 recalls -9/4 for both, too little by 13/4 and 21/4: gradient -2 (13/8 + 21/4) (1, 1)
    # S2 = 1/2 S1 + 55/16 (1, 1) = (41/16, 51/16)                   o2 = 143/16
    start = Windowed(S0, fractions([[5, 5], [1, 0]]), column(5, 1))
    alpha, eta, gamma = fractions([0.5] * 2), fractions([0.25] * 2), fractions([[0.5, 1]] * 2)
    got = omega(q, k, v, alpha, eta, gamma, state=start)
    after = Windowed(column(2.5625, 3.1875), k, v)
    assert_same(got, Result(column(-1.75, 8.9375), after), "omega")
