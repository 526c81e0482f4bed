import flint
import numpy as np

from refmem import path_attention, path_attention_scaled_gate
from refmem.algebra.numbers import intervals
from refmem.laws.draws import sample
from refmem.laws.exact import assert_enclosures_overlap
from refmem.laws.systems import INTERVALS
from refmem.memory import Cache
from tests.rules.attention.hand import asking, k, ratios


def test_the_scale_is_around_the_gate_too_by_hand():
    # as path_attention's, but with a gate of 1/4, of which the scale 1/2 makes 1/2
    # token 2: cached 1/2, token 1 1/6, itself 3:   (1/2*1 + 1/6*4 + 3*3) / (11/3) = 61/22
    past = Cache(intervals([[0, 0]]), intervals([[1]]), intervals([0]))
    log_alpha = np.array([flint.arb(0), -flint.arb(4).log()])
    v, beta = intervals([[4], [3]]), intervals([0, 2])
    q, half = asking(2, 3) * 2, flint.arb(0.5)
    out = path_attention_scaled_gate(q, k, v, k, beta, log_alpha, state=past, scale=half).out
    assert_enclosures_overlap(out, ratios((3, 1), (61, 22)), "path_attention_scaled_gate")


def test_at_scale_one_both_conventions_are_one():
    x = sample(path_attention_scaled_gate, INTERVALS, T=4, state=False) | {"scale": 1}
    want = path_attention(**x).out
    assert_enclosures_overlap(path_attention_scaled_gate(**x).out, want, "scaled gate")
    x["scale"] = flint.arb(0.5)
    assert (path_attention_scaled_gate(**x).out != path_attention(**x).out).any()
