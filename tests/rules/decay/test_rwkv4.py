import pytest

from refmem import Result, rwkv4
from refmem.laws.exact import assert_same
from tests.rules.hand import symbolic

ANY_NUMBERS = [form for form in rwkv4.forms if form != "fast"]


@pytest.mark.parametrize("form", ANY_NUMBERS)
def test_rwkv4_by_hand(form):
    # e^k = 1, 2      e^w = 1/2      e^u = 3      a0, b0 = 2, 1
    # o1 = (2 + 3 * 1)/(1 + 3) = 5/4                 a1 = 1 + 1 = 2       b1 = 1/2 + 1 = 3/2
    # o2 = (2 + 6 * 3)/(3/2 + 6) = 40/15 = 8/3       a2 = 1 + 2 * 3 = 7   b2 = 3/4 + 2 = 11/4
    k, v = symbolic([[0], ["log(2)"]]), symbolic([[1], [3]])
    w, u = symbolic(["log(1/2)"]), symbolic(["log(3)"])
    got = rwkv4(k, v, w, u, state=symbolic([[2, 1]]), form=form)
    want = Result(symbolic([["5/4"], ["8/3"]]), symbolic([[7, "11/4"]]))
    assert_same(got, want, f"rwkv4.{form}")
