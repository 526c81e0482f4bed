import pytest

from refmem import Result, mlstm
from refmem.laws.exact import assert_same
from tests.rules.hand import symbolic

ANY_NUMBERS = [form for form in mlstm.forms if form != "fast"]


@pytest.mark.parametrize("form", ANY_NUMBERS)
def test_mlstm_by_hand(form):
    # i = 2, 1/8      f = 1/2, 1/2      C0 = (2, 4)      n0 = (1/2, 1/2)
    # C1 = (1, 2) + 2 (1, 1) = (3, 4)                n1 = 1/4 + 2 = (9/4, 9/4)
    # C2 = (3/2, 2) + 3/8 (1, 1) = (15/8, 19/8)      n2 = 9/8 + 1/8 = (5/4, 5/4)
    # o1 = 3/max(9/4, 1) = 4/3      o2 = 1/5 * 15/8 / max(1/5 * 5/4, 1) = 3/8
    q, k, v = symbolic([[1, 0], ["1/5", 0]]), symbolic([[1, 1], [1, 1]]), symbolic([[1], [3]])
    log_i, log_f = symbolic(["log(2)", "log(1/8)"]), symbolic(["log(1/2)", "log(1/2)"])
    state = symbolic([[2, "1/2"], [4, "1/2"]])
    got = mlstm(q, k, v, log_i, log_f, state=state, form=form)
    after = symbolic([["15/8", "5/4"], ["19/8", "5/4"]])
    assert_same(got, Result(symbolic([["4/3"], ["3/8"]]), after), f"mlstm.{form}")
