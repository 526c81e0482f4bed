"""What the slot rules are to one another and to rules of one memory, exactly or in intervals."""

import numpy as np
import pytest

import refmem as rm
from refmem.algebra import exp
from refmem.functions.kernels import polynomial
from refmem.laws.draws import sample
from refmem.laws.exact import assert_enclosures_overlap, assert_same
from refmem.laws.systems import FIELD, INTERVALS
from refmem.rules.slots.gsa import Slots


def draw(rule, system=FIELD, **sizes):
    return sample(rule, system, 13, lead=(2,), **sizes)


@pytest.mark.parametrize("form", rm.log_linear_attention.forms)
def test_levels_of_weight_one_are_scalar_decay(form):
    x = draw(rm.log_linear_attention, T=9)
    x |= {"levels": 0 * x["levels"] + 1}
    plain = {name: x[name] for name in ("q", "k", "v", "alpha")}
    want = rm.scalar_decay(**plain, state=x["state"].sums.sum(-3))
    got = rm.log_linear_attention(**x, form=form)
    assert_same(got.out, want.out, f"log_linear_attention.{form}")
    assert_same(got.state.sums.sum(-3), want.state, f"log_linear_attention.{form}: all levels")


def level_of(t, j):
    """Where token t finds token j: level 0 is t itself; the digits of t say how the rest is cut."""
    start, level = t, 1
    while True:
        size = 1 << (level - 1)
        if t & size:
            start -= size
            if j >= start:
                return level
        level += 1


@pytest.mark.parametrize("form", rm.log_linear_attention.forms)
def test_levels_are_those_of_the_digits_of_time(form):
    """From the definition: out[t] = sum of levels[t, level(t, j)] decay(j, t] (q_t . k_j) v_j."""
    x = draw(rm.log_linear_attention, T=11, state=False, axes={"L": 5})
    q, k, v, alpha, levels = (x[name] for name in ("q", "k", "v", "alpha", "levels"))
    want = 0 * v
    for t in range(11):
        for j in range(t + 1):
            weight = levels[..., t, 0 if j == t else level_of(t, j)]
            for m in range(j + 1, t + 1):
                weight = weight * alpha[..., m]
            score = (q[..., t, :] * k[..., j, :]).sum(-1)
            want[..., t, :] += (weight * score)[..., None] * v[..., j, :]
    assert_same(rm.log_linear_attention(**x, form=form).out, want, f"log_linear_attention.{form}")


def test_gsa_is_two_memories_with_a_gate_per_slot():
    x = draw(rm.gsa, state=False) | {"kernel": polynomial(2)}
    first = rm.value_gated(x["q"], x["k"], x["s"], x["alpha"]).out
    want = rm.gla(first**2, x["s"], x["v"], x["alpha"]).out
    assert_same(rm.gsa(**x).out, want, "gsa")


def test_gsa_of_one_slot_reads_it_whole():
    x = draw(rm.gsa, INTERVALS, state=False, axes={"M": 1})
    want = rm.gla(0 * x["s"] + 1, x["s"], x["v"], x["alpha"]).out
    assert_enclosures_overlap(rm.gsa(**x, kernel="softmax").out, want, "gsa of one slot")


def test_abc_is_gsa_with_the_gates_of_a_running_softmax():
    x = draw(rm.abc, INTERVALS)
    start, total = x["state"], [x["state"].total[..., 0, :]]
    for t in range(x["s"].shape[-2]):
        total.append(total[-1] + exp(x["s"][..., t, :]))
    total = np.stack(total, axis=-2)
    alpha, written = total[..., :-1, :] / total[..., 1:, :], exp(x["s"]) / total[..., 1:, :]
    means = Slots(start.keys / start.total, start.values / start.total.swapaxes(-1, -2))
    want = rm.gsa(x["q"], x["k"], x["v"], alpha, written, state=means)
    got = rm.abc(**x)
    assert_enclosures_overlap(got.out, want.out, "abc")
    assert_enclosures_overlap(got.state.keys / got.state.total, want.state.keys, "abc: keys")


@pytest.mark.parametrize("form", [form for form in rm.abc.forms if form != "fast"])
def test_abc_holds_softmax_weighted_means(form):
    x = draw(rm.abc, INTERVALS, state=False)
    weights = exp(x["s"])
    weights = weights / weights.sum(-2, keepdims=True)
    total, keys, values = rm.abc(**x, form=form).state
    want = x["k"].swapaxes(-1, -2) @ weights, weights.swapaxes(-1, -2) @ x["v"]
    assert_enclosures_overlap(keys / total, want[0], f"abc.{form}: keys")
    assert_enclosures_overlap(values / total.swapaxes(-1, -2), want[1], f"abc.{form}: values")
