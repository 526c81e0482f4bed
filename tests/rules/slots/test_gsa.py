import pytest

from refmem import Result, gsa
from refmem.algebra.numbers import fractions
from refmem.laws.exact import assert_same
from refmem.rules.slots.gsa import Slots
from tests.rules.hand import column, k, q, v


@pytest.mark.parametrize("form", [form for form in gsa.forms if form != "fast"])
def test_gsa_by_hand(form):
    # one slot that holds (2, 4) and 1, alpha = s = 1/2, read without softmax
    # keys (3/2, 5/2), values 1/2 + 1/2 = 1                         o1 = 3/2 1
    # keys (5/4, 7/4), values 1/2 + 3/2 = 2                         o2 = (5/4 + 7/2) 2 = 19/2
    half, start = column(0.5, 0.5), Slots(fractions([[2], [4]]), column(1))
    got = gsa(q, k, v, half, state=start, kernel="linear", form=form)
    after = Slots(column(1.25, 1.75), column(2))
    assert_same(got, Result(column(1.5, 9.5), after), "gsa")
