import flint
import numpy as np
import pytest

from refmem import Result, gated_kalmanet, mesa
from refmem.algebra import diagonal, norm2, solve, sqrt
from refmem.algebra.numbers import intervals
from refmem.laws.draws import sample
from refmem.laws.exact import assert_enclosures_overlap, assert_same
from refmem.laws.systems import INTERVALS
from refmem.rules.regression._moments import Moments
from refmem.rules.regression.gated_kalmanet import chebyshev
from tests.rules import hand
from tests.rules.hand import symbolic


def test_gated_kalmanet_by_hand():
    # H1 = [4 -2; -2 6]/2 + [1 1; 1 1] = [3 0; 0 4], |H1| = 5, so with ratio 1/5 the ridge is 1
    # x = (1/(3 + 1), 0); mix 1/2 asks the middle of (1, 0) and x, (5/8, 0)
    # G1 = (1, 2) + (1, 1) = (2, 3)                                 o1 = 5/4
    # H2 = H1/2 + [1 1; 1 1] = [5/2 1; 1 3]; mix 0 asks (1, 2) whatever the ridge is
    # G2 = (1, 3/2) + 3 (1, 1) = (4, 9/2)                           o2 = 4 + 9 = 13
    S0, q, k, v = (symbolic(x) for x in (hand.S0, hand.q, hand.k, hand.v))
    start = Moments(symbolic([[4, -2], [-2, 6]]), S0)
    alpha, mix, ratio = symbolic(["1/2", "1/2"]), symbolic(["1/2", 0]), symbolic("1/5")
    got = gated_kalmanet(q, k, v, alpha, mix, ratio, state=start)
    want = Moments(symbolic([["5/2", 1], [1, 3]]), symbolic([[4], ["9/2"]]))
    assert_same(got, Result(symbolic([["5/4"], [13]]), want), "gated_kalmanet")


def test_where_nothing_was_seen_the_query_is_asked_as_it_is():
    q, k, v = np.ones((1, 2)), np.zeros((1, 2)), np.ones((1, 1))
    start = Moments(np.zeros((2, 2)), np.array([[2.0], [4.0]]))
    got = gated_kalmanet(q, k, v, np.ones(1), state=start)
    assert got.out[0, 0] == 6


@pytest.mark.parametrize("iterations", [0, 3, 30])
def test_chebyshev_errs_by_no_more_than_its_bound(iterations):
    """In certified numbers; the bound is met where H has one direction, and q is along another."""
    random = np.random.default_rng(0)
    keys = random.integers(-3, 4, (8, 4, 3))
    keys[0] = np.eye(4, 3)[[0, 0, 0, 0]]
    H, q = intervals(keys.swapaxes(-1, -2) @ keys), intervals(random.integers(1, 4, (8, 3)))
    q[0] = intervals([0, 1, 0])
    with flint.ctx.workprec(400):
        ratio = intervals([1]) / 50
        ridge = ratio * sqrt((H * H).sum((-2, -1)))
        x = solve(H + diagonal(ridge[:, None] + 0 * q), q[..., None])[..., 0]
        left = sqrt(norm2(chebyshev(H, q, ratio, iterations) - x) / norm2(x))
        bound = 1 / ((iterations + 1) * arccosh(1 + 2 * ratio[0])).cosh()
        assert left[0].overlaps(bound)
        assert all(part < bound for part in left[1:])


def arccosh(x):
    return (x + (x * x - 1).sqrt()).log()


def test_it_is_mesa_with_a_ridge_for_every_token():
    x = sample(gated_kalmanet, INTERVALS, 3, T=4, state=False)
    x |= {"mix": 0 * x["mix"] + 1, "iterations": None}
    got = gated_kalmanet(**x)
    states = gated_kalmanet(**x, states=True).states.keys
    for t in range(4):
        H, seen = states[t], slice(t + 1)
        lam = x["ratio"] * sqrt((H * H).sum(keepdims=True))[0] + 0 * H[0]
        q, k, v, alpha = (x[name][seen] for name in ("q", "k", "v", "alpha"))
        want = mesa(q, k, v, alpha, 0 * alpha + 1, lam).out[-1]
        assert_enclosures_overlap(got.out[t], want, "gated_kalmanet")
