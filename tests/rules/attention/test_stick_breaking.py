import numpy as np

from refmem import stick_breaking
from refmem.algebra.numbers import fractions, intervals
from refmem.functions.kernels import linear
from refmem.laws.exact import assert_enclosures_overlap, assert_same
from refmem.memory import Cache
from tests.rules.attention.hand import FORMS, asking, k, ratios


def test_stick_breaking_by_hand():
    # a query (log n, 0) gives the cached pair a share of sigmoid(0) = 1/2, a new key n/(1 + n)
    # token 1 sees the cached pair:               1/2 * 8 = 4
    # token 2, n = 3: token 1 3/4, cached 1/4*1/2: 3/4*4 + 1/8*8 = 4
    past = Cache(intervals([[0, 0]]), intervals([[8]]))
    out = stick_breaking(asking(2, 3), k, intervals([[4], [0]]), state=past, scale=1).out
    assert_enclosures_overlap(out, ratios((4, 1), (4, 1)), "stick_breaking")


def test_with_itself_by_hand():
    # token 1, n = 2: itself 2/3, cached 1/3*1/2:                2/3*6 + 1/6*12 = 6
    # token 2, n = 3: itself 3/4, token 1 3/16, cached 1/16*1/2:  3/4*0 + 3/16*6 + 1/32*12 = 3/2
    past, v = Cache(intervals([[0, 0]]), intervals([[12]])), intervals([[6], [0]])
    out = stick_breaking(asking(2, 3), k, v, state=past, scale=1, itself=True).out
    assert_enclosures_overlap(out, ratios((6, 1), (3, 2)), "stick_breaking")


def test_what_is_left_goes_to_the_own_value_by_hand():
    # as above, of values 4 and 8, with (1 - 1/2) * 4 and (1 - 3/4 - 1/8) * 8 for what was left
    past, v = Cache(intervals([[0, 0]]), intervals([[8]])), intervals([[4], [8]])
    for form in FORMS:
        got = stick_breaking(asking(2, 3), k, v, state=past, scale=1, rest=True, form=form, chunk=2)
        assert_enclosures_overlap(got.out, ratios((6, 1), (5, 1)), f"stick_breaking.{form}")


def test_shares_of_one_leave_nothing_for_earlier_keys():
    q, v = fractions(np.ones((3, 1), dtype=int)), fractions([[5], [7], [9]])
    for form in FORMS:
        out = stick_breaking(q, q, v, kernel=linear, scale=1, itself=True, form=form, chunk=2).out
        assert_same(out, v, f"stick_breaking.{form}")


def test_weights_and_what_is_left_make_one():
    q = np.array([[0.3], [-2.0], [40.0], [1.0]])
    out = stick_breaking(q, q, np.ones((4, 1))).out
    assert out[0] == 0
    assert ((out > 0) & (out <= 1))[1:].all()
