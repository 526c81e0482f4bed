import numpy as np
import pytest

from refmem import Result, abc
from refmem.algebra.numbers import intervals
from refmem.laws.exact import assert_same
from refmem.rules.slots.abc import Slots
from tests.rules import hand


def slots(total, keys, values):
    """One slot that holds these sums."""
    return Slots(intervals([[total]]), intervals([[key] for key in keys]), intervals([[values]]))


@pytest.mark.parametrize("form", [form for form in abc.forms if form != "fast"])
def test_abc_by_hand(form):
    # one slot that holds (2, 4) and 1 with weight 1, scores 0, read without softmax
    # then (3, 5), 2 and 2: mean key (3/2, 5/2), mean value 1       o1 = 3/2
    # then (4, 6), 5 and 3: mean key (4/3, 2), mean value 5/3       o2 = (4/3 + 4) 5/3 = 80/9
    q, k, v = (intervals(x) for x in (hand.q, hand.k, hand.v))
    start, after = slots(1, (2, 4), 1), slots(3, (4, 6), 5)
    none = intervals([[0], [0]])
    got = abc(q, k, v, none, state=start, kernel="linear", form=form)
    assert_same(got, Result(intervals([[27], [160]]) / 18, after), "abc")


def test_the_stabilised_form_survives_scores_that_exp_does_not():
    # the first token is all there is, then the last outweighs all before it
    x = {"q": np.ones((3, 1)), "k": np.ones((3, 1)), "v": np.array([[2.0], [3.0], [5.0]])}
    with np.errstate(over="ignore"):
        out = abc(**x, s=np.array([[-1e4], [-1e4], [1e4]]), form="stabilised").out
    assert_same(out, np.array([[2.0], [2.5], [5.0]]), "abc.stabilised")
