import flint
import numpy as np

from refmem import path_attention, softmax_attention
from refmem.algebra.numbers import intervals
from refmem.laws.draws import sample
from refmem.laws.exact import assert_enclosures_overlap, assert_same
from refmem.laws.systems import FIELD, INTERVALS
from refmem.memory import Cache
from tests.rules.attention.hand import FORMS, asking, k, ratios


def test_path_attention_by_hand():
    # w = (1, 0) and beta = 0, 2: token 1 leaves keys alone, token 2 reflects those before it
    # token 1, n = 2: cached 1, itself 2:                  (1*1 + 2*4) / 3 = 3
    # token 2, n = 3: cached 1, token 1 1/3, itself 3:     (1*1 + 1/3*4 + 3*3) / (13/3) = 34/13
    past, v = Cache(intervals([[0, 0]]), intervals([[1]])), intervals([[4], [3]])
    beta = intervals([0, 2])
    out, state = path_attention(asking(2, 3), k, v, k, beta, state=past, scale=1)
    assert_enclosures_overlap(out, ratios((3, 1), (34, 13)), "path_attention")
    assert_enclosures_overlap(state.key, intervals([[0, 0], [-1, 0], [1, 0]]), "path: keys now")


def test_a_gate_by_hand():
    # the same, and token 2 halves every weight before it, scale or no scale:
    # cached 1/2, token 1 1/6, itself 3:   (1/2*1 + 1/6*4 + 3*3) / (11/3) = 61/22
    past = Cache(intervals([[0, 0]]), intervals([[1]]), intervals([0]))
    log_alpha = np.array([flint.arb(0), -flint.arb(2).log()])
    v, beta = intervals([[4], [3]]), intervals([0, 2])
    double = asking(2, 3) * 2
    out = path_attention(double, k, v, k, beta, log_alpha, state=past, scale=flint.arb(0.5)).out
    assert_enclosures_overlap(out, ratios((3, 1), (61, 22)), "path_attention")


def test_without_beta_it_is_softmax_attention():
    for system in (FIELD, INTERVALS):
        x = sample(path_attention, system, T=5, lead=(2,), state=False)
        gates, beta = x.pop("log_alpha"), x.pop("beta")
        plain = {name: x[name] for name in x if name != "w"}
        want = softmax_attention(**plain).out
        for form in FORMS:
            got = path_attention(**x, beta=0 * beta, form=form, chunk=2).out
            assert_same(got, want, f"path_attention.{form} without beta")
        assert (path_attention(**x, beta=0 * beta, log_alpha=gates).out != want).any()


def test_keys_of_the_state_have_come_as_far_as_its_tokens():
    x = sample(path_attention, FIELD, T=5)
    for form in FORMS:
        states = path_attention(**x, form=form, chunk=2, states=True).states
        for t, state in enumerate(states):
            first = {
                n: a[..., : t + 1, :] if a.ndim > 1 else a[..., : t + 1]
                for n, a in x.items()
                if isinstance(a, np.ndarray)
            }
            prefix = path_attention(**(x | first))
            assert_same(state, prefix.state, f"path_attention.{form}: states[{t}]")
