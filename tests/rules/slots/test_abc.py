from refmem import Result, abc
from refmem.algebra import log
from refmem.numbers import intervals
from refmem.rules.slots.abc import Slots
from tests.exact import assert_same
from tests.rules import hand


def test_abc_by_hand():
    # one slot that holds (2, 4) and 1 with weight e^0, scores 0, read without softmax
    # total 2, keys (3/2, 5/2), values 1                            o1 = 3/2
    # total 3, keys 2/3 (3/2, 5/2) + 1/3 (1, 1) = (4/3, 2), values 2/3 + 1 = 5/3
    #                                                               o2 = (4/3 + 4) 5/3 = 80/9
    q, k, v = (intervals(x) for x in (hand.q, hand.k, hand.v))
    start = Slots(intervals([[2, 4]]), intervals([[1]]), intervals([0]))
    got = abc(q, k, v, intervals([[0], [0]]), state=start, kernel="linear")
    after = Slots(intervals([[4, 6]]) / 3, intervals([[5]]) / 3, log(intervals([3])))
    assert_same(got, Result(intervals([[27], [160]]) / 18, after), "abc")


def test_the_first_token_fills_an_empty_slot():
    q, k, v = (intervals(x[:1]) for x in (hand.q, hand.k, hand.v))
    got = abc(q, k, v, intervals([[5, -5]]), kernel="linear")
    assert_same(got.state.keys, intervals([[1, 1], [1, 1]]), "abc: keys")
