import flint
import numpy as np

import refmem
from refmem import alibi, forgetting_attention
from refmem.algebra.numbers import intervals
from refmem.functions.slopes import head_slopes
from refmem.laws.draws import sample
from refmem.laws.exact import assert_enclosures_overlap, assert_same
from refmem.laws.systems import FIELD, INTERVALS
from refmem.memory import Cache
from tests.rules.attention.hand import FORMS, asking, k, ratios


def test_alibi_by_hand():
    # slope log 2: every token passed halves a weight
    # token 1: cached 1/2, itself 2:                (1/2*1 + 2*6) / (5/2) = 5
    # token 2: cached 1/4, token 1 3/2, itself 3:   (1/4*1 + 3/2*6 + 3*0) / (19/4) = 37/19
    past, slope = Cache(intervals([[0, 0]]), intervals([[1]])), np.array(flint.arb(2).log())
    out = alibi(asking(2, 3), k, intervals([[6], [0]]), slope, state=past, scale=1).out
    assert_enclosures_overlap(out, ratios((5, 1), (37, 19)), "alibi")


def test_it_is_forgetting_attention_with_constant_gates():
    for system in (FIELD, INTERVALS):
        x = sample(alibi, system, T=4, lead=(2,), state=False)
        slopes = x.pop("slopes")
        gates = -slopes[..., None] + 0 * x["k"][..., 0]
        for form in FORMS:
            got = alibi(**x, slopes=slopes, form=form, chunk=3).out
            assert_same(got, forgetting_attention(**x, log_alpha=gates).out, f"alibi.{form}")


def test_twelve_heads_take_eight_slopes_and_four_from_between():
    # of 8: 2^-1 ... 2^-8; of 16: every second one, 2^-0.5, 2^-1.5, 2^-2.5, 2^-3.5
    want = [2.0**-n for n in range(1, 9)] + [2.0**-n for n in (0.5, 1.5, 2.5, 3.5)]
    assert head_slopes(12) == want
    q = np.ones((12, 3, 2))
    v = np.arange(36.0).reshape(12, 3, 1)
    given = refmem.alibi(q, q, v, slopes=np.array(want)).out
    assert (refmem.alibi(q, q, v).out == given).all()
