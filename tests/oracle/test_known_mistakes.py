"""Mutants are the mistakes they say they are: each against the same thing made in another way."""

from dataclasses import replace

import numpy as np
import pytest

import refmem
from refmem import Cache
from refmem.algebra.numbers import to_bfloat16
from refmem.functions.slopes import head_slopes
from refmem.oracle.border.conventions import REFMEM
from refmem.oracle.cases.case import find_case
from refmem.oracle.cases.reference import arguments, parts_of
from refmem.oracle.explain.mutants import MUTANTS, run_mutants
from refmem.oracle.explain.mutants.denominators import small_denominator, with_bound
from refmem.oracle.explain.mutants.mutant import Mutant
from refmem.oracle.explain.mutants.scores import merged_in_base, unwritten_slots
from refmem.oracle.verdict.budget import call_options

NAMED = {mutant.name: mutant for mutant in MUTANTS}


def run(case, mutant):
    """The parts of a case's result with a mistake, by its name or itself."""
    case = find_case(case) if isinstance(case, str) else case
    mutant = NAMED[mutant] if isinstance(mutant, str) else mutant
    assert mutant.fits(case)
    with np.errstate(all="ignore"):
        return run_mutants([mutant], case, case.inputs, call_options(case, REFMEM))


def rule(case, **changes):
    """The parts of what the rule itself gives, with other inputs or options."""
    case = find_case(case) if isinstance(case, str) else case
    given = arguments(case, case.inputs) | call_options(case, REFMEM) | changes
    return parts_of(case, case.rule(**{n: x for n, x in given.items() if x is not None}))


def assert_same(found, wanted, parts=None):
    for part in parts or wanted:
        scale = np.abs(wanted[part]).max()
        assert np.abs(found[part] - wanted[part]).max() <= 1e-12 * scale, part


def assert_other(found, wanted, part="out"):
    assert np.abs(found[part] - wanted[part]).max() > 1e-6 * np.abs(wanted[part]).max()


# ---- masks and windows

CACHED = "softmax_attention/ordinary/5"


def windowed(window):
    case = find_case(CACHED)
    return replace(case, options=case.options | {"window": window})


@pytest.mark.parametrize(
    ("mutant", "window"),
    [("window one wider", 17), ("window one narrower", 15), ("window ignored", None)],
)
def test_windows(mutant, window):
    found = run(windowed(16), mutant)
    assert_same(found, rule(CACHED, window=window))
    assert_other(found, rule(CACHED, window=16))


def test_a_window_that_nobody_asked_for():
    assert_same(run(CACHED, "window of 64 unasked"), rule(CACHED, window=64))
    assert not NAMED["window of 64 unasked"].fits(find_case("softmax_attention/ordinary/1"))


def test_no_causal_mask_is_what_the_last_query_sees():
    """Every query asked as the last one sees all keys."""
    case = find_case("softmax_attention/without-sink-first_bias/0")
    q, k, v = (case.inputs[n] for n in "qkv")
    found, last = run(case, "no causal mask"), []
    for t in range(q.shape[-2]):
        asked = np.concatenate([q[..., 1:, :], q[..., t : t + 1, :]], axis=-2)
        last.append(refmem.softmax_attention(asked, k, v, **case.options).out[..., -1:, :])
    assert_same(found, {"out": np.concatenate(last, axis=-2)})


def test_a_mask_from_the_top_left_sees_the_first_keys_of_the_cache():
    case = find_case("softmax_attention/ordinary/1")
    found, past = run(case, "mask top left"), arguments(case, case.inputs)["state"]
    sink = {n: case.inputs[n] for n in ("sink", "first_bias")}
    for t in range(2):
        seen = Cache(past.key[..., :t, :], past.value[..., :t, :])
        one = {n: x[..., t : t + 1, :] for n, x in (("k", past.key), ("v", past.value))}
        q = case.inputs["q"][..., t : t + 1, :]
        right = refmem.softmax_attention(q=q, **one, **sink, state=seen, **case.options)
        assert_same({"out": found["out"][..., t : t + 1, :]}, {"out": right.out})


# ---- softmax


def test_unwritten_slots_are_keys_of_zeros():
    """Five keys and values of zeros, which all queries see: with the three tokens they are 8."""
    case = find_case("softmax_attention/without-sink-first_bias/0")
    q, k, v = (case.inputs[n] for n in "qkv")  # 3 tokens
    slots = Cache(*(np.zeros((*x.shape[:-2], 5, x.shape[-1])) for x in (k, v)))
    right = refmem.softmax_attention(q, k, v, state=slots, **case.options)
    assert_same(run(case, unwritten_slots(8)), {"out": right.out})


@pytest.mark.parametrize(
    "name", ["softmax_attention/ordinary/2", "forgetting_attention/ordinary/1"]
)
def test_a_merge_of_two_parts_in_the_right_base_is_the_rule(name):
    right = Mutant("", "", (), "", call=merged_in_base(1.0))
    assert_same(run(name, right), rule(name))
    assert_other(run(name, "log-sum-exp in base 2"), rule(name))
    assert_other(run(name, "log-sum-exp natural"), rule(name))


def test_slopes_of_three_heads_by_the_plain_formula():
    case = find_case("alibi/without-slopes/1")
    three = {n: np.concatenate([x, x[:, :1]], axis=1) for n, x in case.inputs.items()}
    other = replace(case, inputs=three)
    found = run(other, "slopes by the plain formula")
    plain = 2.0 ** (-8 * np.arange(1, 4) / 3)
    assert_same(found, rule(other, slopes=plain))
    assert_other(found, rule(other))


def test_slopes_for_twice_as_many_heads():
    case = find_case("alibi/without-slopes/1")
    found = run(case, "made for twice the heads")
    assert_same(found, rule(case, slopes=np.array(head_slopes(4)[:2])))
    assert not NAMED["made for twice the heads"].fits(find_case("retention/without-gamma/1"))


def test_places_counted_from_the_first_new_token():
    """Keys in the cache are as much further away as there are of them."""
    case = find_case("alibi/ordinary/1")
    found = run(case, "places from the first new token")
    past = case.inputs["state.key"].shape[-2]
    keys = np.concatenate([case.inputs["state.key"], case.inputs["k"]], axis=-2)
    scores = case.inputs["q"] @ keys.swapaxes(-1, -2) * 1.0
    i, t = np.arange(keys.shape[-2]), np.arange(2)[:, None]
    place = np.where(i < past, i, i - past)
    scores = scores - case.inputs["slopes"][..., None, None] * (t - place)
    weights = np.where(i <= t + past, np.exp(scores), 0)
    values = np.concatenate([case.inputs["state.value"], case.inputs["v"]], axis=-2)
    assert_same(found, {"out": weights @ values / weights.sum(-1, keepdims=True)})


# ---- denominators

NORMAL = "normalized_linear_attention/ordinary/1"


def numbers(case):
    """Numerators and denominators of every read, from the definition."""
    phi = lambda x: np.where(x > 0, x + 1, np.exp(np.minimum(x, 0)))  # noqa: E731
    q, k = phi(case.inputs["q"]), phi(case.inputs["k"])
    one = np.concatenate([case.inputs["v"], np.ones((*case.inputs["v"].shape[:-1], 1))], axis=-1)
    before = case.inputs["state"][..., None, :, :]
    S = before + np.cumsum(k[..., :, None] * one[..., None, :], axis=-3)
    reads = (q[..., None, :] @ S)[..., 0, :]
    over_heads = (q * np.cumsum(k, axis=1)).sum(-1, keepdims=True)
    return reads[..., :-1], reads[..., -1:], over_heads


def test_denominators():
    case = find_case(NORMAL)
    top, below, over_heads = numbers(case)
    assert_same(run(case, "denominator left out"), {"out": top})
    assert_same(run(case, "denominator multiplied"), {"out": top * below})
    assert_same(run(case, "denominator over heads"), {"out": top / over_heads})
    assert_same(run(case, small_denominator(0.25)), {"out": top / (below + 0.25)})


def test_an_epsilon_in_a_softmax_is_added_to_weights_of_at_most_one():
    case = find_case("softmax_attention/without-sink-first_bias/0")
    q, k, v = (case.inputs[n] for n in "qkv")
    scores = np.where(np.tri(3, dtype=bool), q @ k.swapaxes(-1, -2), -np.inf)  # of scale 1
    weights = np.exp(scores - scores.max(-1, keepdims=True))
    wanted = weights @ v / (weights.sum(-1, keepdims=True) + 0.25)
    assert_same(run(case, small_denominator(0.25)), {"out": wanted})


def test_a_bound_over_the_stabiliser_is_the_rule_and_one_is_not():
    name = "mlstm/ordinary/2"
    right = Mutant("", "", (), "", call=with_bound(lambda m: np.exp(-m), floor=True))
    assert_same(run(name, right), rule(name))
    for wrong in ("bound of one", "bound of one, m at least zero", "denominator not held"):
        assert_other(run(name, wrong), rule(name))


def test_exchanged_gates():
    case = find_case("mlstm/ordinary/1")
    i, f = case.inputs["log_i"], case.inputs["log_f"]
    found = run(case, "input and forget gate exchanged")
    small = np.minimum(i, 0)
    safe = replace(case, inputs=case.inputs | {"log_i": small})
    assert_same(run(safe, "input and forget gate exchanged"), rule(safe, log_i=f, log_f=small))
    assert_other(found, rule(case))


def test_a_scale_on_the_output_of_a_normalised_read():
    name = "performer/scale/0"
    found, plain = run(name, "scale on the output"), rule(name, scale=1.0)
    assert_same(found, {"out": plain["out"] * 3 / 8, "state": plain["state"]})


# ---- going on from a state


@pytest.mark.parametrize("name", ["gated_delta/ordinary/2", "kda/ordinary/1"])
def test_a_gate_that_comes_again_on_resuming_is_one_that_is_squared(name):
    case = find_case(name)
    alpha = case.inputs["alpha"].copy()
    alpha[:, :, 0] **= 2
    assert_same(run(case, "gate again on resuming"), rule(case, alpha=alpha))
    alpha[:, :, 0] = 1
    assert_same(run(case, "gate left out on resuming"), rule(case, alpha=alpha))
    assert not NAMED["gate again on resuming"].fits(find_case("gated_delta/no-state/1"))


def test_a_gate_of_scores_that_comes_again():
    case = find_case("forgetting_attention/ordinary/1")
    gate = case.inputs["log_alpha"].copy()
    gate[:, :, 0] *= 2
    found = run(case, "scores fade again on resuming")
    assert_same(found, rule(case, log_alpha=gate), ["out"])
    assert_same(found, rule(case), ["state.log_alpha"])


def test_the_first_token_twice_and_the_state_a_token_early():
    case = find_case("delta/ordinary/2")
    first = {n: x[..., :1, :] for n, x in case.inputs.items() if n in "qkv"}
    first["beta"] = case.inputs["beta"][..., :1]
    again = refmem.delta(**first, state=case.inputs["state"]).state
    assert_same(run(case, "first token twice on resuming"), rule(case, state=again))
    early = {n: x[..., :-1, :] for n, x in case.inputs.items() if n in "qkv"}
    early["beta"] = case.inputs["beta"][..., :-1]
    before = refmem.delta(**early, state=case.inputs["state"]).state
    wanted = {"out": rule(case)["out"], "state": before}
    assert_same(run(case, "final state a token early"), wanted)


def test_a_state_that_is_rounded_before_its_read():
    case = find_case("linear_attention/fine-numbers/0")
    q, k, v, S = (case.inputs[n] for n in ("q", "k", "v", "state"))
    outs = []
    for t in range(q.shape[-2]):
        S = to_bfloat16(S + k[..., t, :, None] * v[..., t, None, :])
        outs.append((q[..., t, None, :] @ S)[..., 0, :])
    wanted = {"out": np.stack(outs, axis=-2), "state": S}
    assert_same(run(case, "state in bfloat16 before the read"), wanted)
    assert_other(run(case, "state in bfloat16"), wanted)


def test_steps_and_strengths():
    case = find_case("mamba2/ordinary/2")
    assert_same(run(case, "dt clipped at 0.1"), rule(case, dt=np.minimum(case.inputs["dt"], 0.1)))
    case = find_case("delta/ordinary/2")
    logits = np.log(case.inputs["beta"] / (1 - case.inputs["beta"]))
    assert_same(run(case, "beta without a sigmoid"), rule(case, beta=logits))


# ---- memories made of weights


def silu(x, alpha=1.0):
    return x / (1 + np.exp(-alpha * x))


def test_gated_layers():
    case = find_case("glu/ordinary/1")
    x, gate, up, out = (case.inputs[n] for n in ("x", "w_gate", "w_in", "w_out"))
    a, b = x @ gate.swapaxes(-1, -2), x @ up.swapaxes(-1, -2)
    wanted = {
        "silu of slope 1.702": silu(a, 1.702) * b,
        "up plus one": silu(a) * (b + 1),
        "gate and up exchanged": silu(b) * a,
        "gate not activated": a * b,
        "gate and up clamped at 1": silu(np.minimum(a, 1)) * np.clip(b, -1, 1),
        "hidden units clamped at 1": silu(np.clip(a, -1, 1)) * b,
        "activation relu": np.maximum(a, 0) * b,
    }
    for name, hidden in wanted.items():
        assert_same(run(case, name), {"out": hidden @ out})
    assert not NAMED["activation silu"].fits(case)


def test_experts():
    case = find_case("moe/ordinary/2")
    assert_same(run(case, "experts renormalised or not"), rule(case, renormalize=False))
    assert_same(run(case, "one expert too many"), rule(case, top=3))
    assert_same(run(case, "one expert too few"), rule(case, top=1))
    assert_same(run(case, "the other kind of scores"), rule(case, scores="sigmoid"))
    assert_same(run(case, "bias of experts ignored"), rule(case, bias=np.zeros(4)))


def test_weights_of_experts():
    """With a bias that chooses all alike, the biased weights are those of s + bias."""
    case = find_case("moe/ordinary/1")
    plain = replace(case, options={"renormalize": False, "top": 4})
    found = run(plain, "experts weighed with their bias")
    one = rule(plain, bias=None)["out"]
    hidden = np.maximum(case.inputs["x"][..., None, :, :] @ case.inputs["w_in"].swapaxes(-1, -2), 0)
    each = hidden @ case.inputs["w_out"]
    extra = (case.inputs["bias"][..., None, None] * each).sum(-3)
    assert_same(found, {"out": one + extra})
    same = run(plain, "experts weigh the same")
    assert_same(same, {"out": each.mean(-3)})


def test_a_score_recovered_from_its_sum_loses_bits_where_the_bias_is_large():
    case = find_case("moe/ordinary/1")
    large = replace(case, inputs=case.inputs | {"bias": case.inputs["bias"] * 0 + 1e4})
    found, right = run(large, "score recovered from its biased sum"), rule(large)
    off = np.abs(found["out"] - right["out"]).max() / np.abs(right["out"]).max()
    assert 1e-4 < off < 1e-1
