import flint
import numpy as np

from refmem import Result, exact_delta
from refmem.algebra.numbers import intervals
from refmem.laws.exact import assert_same
from tests.rules import hand


def test_exact_delta_by_hand():
    # |k|^2 = 2; beta = log(2)/2 and log(4)/2, so rates (1 - 1/2)/2 = 1/4 and (1 - 1/4)/2 = 3/8
    # (2, 4) recalls 6, error -5:      S1 = (2, 4) - 5/4 (1, 1) = (3/4, 11/4)        o1 = 3/4
    # S1 recalls 7/2, error -1/2:      S2 = S1 - 3/16 (1, 1) = (9/16, 41/16)         o2 = 91/16
    S0, q, k, v = (intervals(x) for x in (hand.S0, hand.q, hand.k, hand.v))
    beta = np.array([flint.arb(n).log() / 2 for n in (2, 4)])
    want = Result(intervals([[0.75], [91 / 16]]), intervals([[9 / 16], [41 / 16]]))
    assert_same(exact_delta(q, k, v, beta, state=S0), want, "exact_delta")


def test_a_key_of_zero_writes_nothing_and_a_small_one_as_delta():
    v, beta = np.array([[1.0], [2.0]]), np.array([1.0, 0.5])
    k = np.array([[0.0], [1e-9]])
    out, S = exact_delta(np.ones((2, 1)), k, v, beta, state=np.array([[3.0]]))
    assert out[0, 0] == 3
    assert S[0, 0] == 3 + 0.5 * 1e-9 * (2 - 3e-9)
