"""Every mutant dies, and a suite that could kill none would be seen."""

import dataclasses

import numpy as np
import pytest

import refmem
from refmem.algebra.numbers import rationals
from refmem.commands.terminal import console
from refmem.functions.kernels import polynomial
from refmem.oracle.border.conventions import REFMEM
from refmem.oracle.cases.case import checkable_rules, find_case, find_rule, names_of
from refmem.oracle.cases.reference import run_rule
from refmem.oracle.explain.mutants import MUTANTS, run_mutants, table
from refmem.oracle.explain.mutants.backward import GradientMutant, mutated_gradients
from refmem.oracle.explain.mutants.changes import reread, rewritten
from refmem.oracle.explain.mutants.gradients import GRADIENT_MUTANTS
from refmem.oracle.explain.mutants.masks import MASKS
from refmem.oracle.explain.mutants.mutant import ends_of_chunks
from refmem.oracle.explain.mutants.table import show_kills, try_gradients, try_mutants
from refmem.oracle.verdict.budget import call_options, judge
from refmem.oracle.verdict.gradients import expect_gradients

NAMED = {mutant.name: mutant for mutant in MUTANTS}


def kills(rule, seeds):
    return {one.mutant.name: one for one in try_mutants(rule, seeds, lambda done, total: None)}


def test_names_are_different_and_everything_is_said():
    assert len(NAMED) == len(MUTANTS) > 50
    for mutant in MUTANTS:
        assert mutant.says, mutant.look
        assert isinstance(mutant.seen, tuple)
        assert mutant.call or mutant.rule or mutant.whole


@pytest.mark.parametrize("rule", ["gated_delta", "rwkv6", "softmax_attention", "glu"])
def test_every_mutant_dies(rule):
    found = kills(rule, [2])
    assert len(found) > 15
    assert {one.verdict for one in found.values()} == {"killed"}


def gradient_passes(case, mutant):
    backward = expect_gradients(case, REFMEM, np.float32)
    found = {n: x.astype(np.float32) for n, x in mutated_gradients(mutant, backward).items()}
    return judge(backward.expected, found).passed


@pytest.mark.parametrize("mutant", GRADIENT_MUTANTS, ids=lambda mutant: mutant.name)
def test_every_mutant_of_a_gradient_dies(mutant):
    name = "scale/1" if mutant.name == "query gradient unscaled" else "ordinary/4"
    case = find_case(f"gated_delta/{name}")
    assert mutant.fits(case)
    assert not gradient_passes(case, mutant)


def test_the_rule_itself_is_no_mutant_of_its_gradient():
    nothing = GradientMutant("", "", "", "", lambda case, gradients: gradients)
    assert gradient_passes(find_case("gated_delta/ordinary/1"), nothing)
    found = try_gradients("linear_attention", [1], lambda done, total: None)
    assert {one.verdict for one in found} == {"killed"}


def test_every_mutant_fits_some_rule():
    windowed = dataclasses.replace(find_case("softmax_attention/ordinary/2"), options={"window": 3})
    left = {name for name, mutant in NAMED.items() if not mutant.fits(windowed)}
    names = (name for rule in checkable_rules().values() for name in names_of(rule, [2]))
    while left and (name := next(names, "")):
        case = find_case(name)
        left -= {one for one in left if NAMED[one].fits(case)}
    assert not left


def test_a_suite_without_beta_would_be_seen():
    found = try_mutants("gated_delta", [0], lambda done, total: None)
    for one in found:
        one.by = [name for name in one.by if "/empty/" in name]
    assert show_kills("gated_delta", found, console()) > 20


def test_no_mutant_of_nothing_is_the_rule():
    case = find_case("gated_delta/grouped-values/2")
    call = call_options(case, REFMEM)
    made = run_mutants([], case, case.inputs, call)
    right = run_rule(case, case.inputs, form="chunked", **call)
    for part, x in right.items():
        assert np.array_equal(made[part], x)


def run(name, *mutants):
    case = find_case(name)
    return run_mutants([NAMED[m] for m in mutants], case, case.inputs, call_options(case, REFMEM))


def test_two_mistakes_at_once():
    """Without a state and without a gate: what the delta rule makes of an empty memory."""
    both = run("gated_delta/ordinary/2", "state ignored", "gate ignored")
    case = find_case("gated_delta/ordinary/2")
    inputs = {n: x for n, x in case.inputs.items() if n != "state"}
    inputs["alpha"] = np.ones_like(inputs["alpha"])
    right = run_rule(case, inputs, form="chunked")
    assert np.array_equal(both["out"], right["out"])
    assert np.array_equal(both["state"], right["state"])


def test_any_mistake_of_a_mask_can_be_tried_beside_any_other():
    """What one makes of the mask or the bias, another one takes as it is."""
    case = find_case("alibi/ordinary/1")
    call = call_options(case, REFMEM)
    pairs = [
        (mask, other) for mask in MASKS for other in MUTANTS if mask.fits(case) and other.fits(case)
    ]
    for pair in pairs:
        made = run_mutants(pair, case, case.inputs, call)
        assert made["out"].shape == case.inputs["v"].shape
    assert len(pairs) > 100


def test_mutants_are_what_they_say():
    """One token: what each order of decay, error, write and read gives, exactly, as every number
    is a multiple of a small power of two."""
    case = find_case("gated_delta/ordinary/0")
    a, b = 0.5, 0.25
    gates = {"alpha": a, "beta": b}
    inputs = case.inputs | {n: np.full_like(case.inputs[n], gate) for n, gate in gates.items()}
    q, k, v, S = (inputs[n][0, 0] for n in ("q", "k", "v", "state"))
    q, k, v = q[0], k[0], v[0]
    early = a * S + np.outer(k, b * (v - k @ S))
    late = a * (S + np.outer(k, b * (v - k @ S)))
    right = a * S + np.outer(k, b * (v - k @ (a * S)))
    whole = a * S + np.outer(k, b * v)
    expected = {
        "error before the decay": (q @ early, early),
        "decay after the write": (q @ late, late),
        "read before the write": (q @ S, right),
        "own write unseen": (q @ (a * S), right),
        "error left out": (q @ whole, whole),
        "last token dropped": (0 * v, S),
    }
    for name, (out, state) in expected.items():
        made = run_mutants([NAMED[name]], case, inputs, call_options(case, REFMEM))
        assert np.array_equal(made["out"][0, 0, 0], out), name
        assert np.array_equal(made["state"][0, 0], state), name


def test_a_state_read_v_by_k_by_hand():
    S = np.array([[1, 2, 3], [4, 5, 6]])
    assert reread(S).tolist() == [[1, 3, 5], [2, 4, 6]]  # rows of two, transposed
    assert np.array_equal(rewritten(reread(S)), S)


def test_no_tokens_have_no_chunks():
    assert ends_of_chunks(0, 64) == []


def draw(*shape):
    return rationals(np.random.default_rng(0).integers(-3, 4, shape))


def test_a_factor_on_the_scores_of_power_attention_cancels():
    """Exactly, over the rationals: any scale, and any positive factor on each query."""
    q, k, v = draw(6, 2), draw(6, 2) + 4, draw(6, 3)
    plain = refmem.power_attention(q, k, v)
    scaled = refmem.power_attention(q, k, v, scale=rationals(np.array(3))[()])
    lengthened = refmem.power_attention(q * rationals(np.array([[2], [3], [5]] * 2)), k, v)
    assert (scaled.out == plain.out).all()
    assert (lengthened.out == plain.out).all()


def test_stick_breaking_sees_nothing_of_its_own_token():
    """Exactly: other values of the last token change nothing at it."""
    q, k, v = draw(5, 2), draw(5, 2), draw(5, 3)
    later = v.copy()
    later[-1] += 1
    one, other = (
        refmem.stick_breaking(q, k, x, kernel=polynomial(2), scale=1).out for x in (v, later)
    )
    assert (one[-1] == other[-1]).all()


def test_what_is_said_to_be_equivalent_is_not_killed(monkeypatch):
    rules = [rule for rule in refmem.RULES if rule.harmless]
    assert rules
    for rule in rules:
        monkeypatch.setattr(table, "MUTANTS", [NAMED[name] for name in rule.harmless])
        found = kills(rule.name, [1])
        assert {found[name].verdict for name in rule.harmless} == {"equivalent"}


@pytest.mark.parametrize(
    ("rule", "mutant", "regime"),
    [
        ("stick_breaking", "strict mask", "with-itself"),
        ("power_attention", "queries normalised", "with-normalize"),
    ],
)
def test_an_option_kills_what_the_default_hides(monkeypatch, rule, mutant, regime):
    """A token that does not see itself anyway, and a length that cancels."""
    monkeypatch.setattr(find_rule(rule), "harmless", {})
    monkeypatch.setattr(table, "MUTANTS", [NAMED[mutant]])
    monkeypatch.setattr(table, "names_of", lambda rule, seeds: [f"{rule.name}/{regime}/1"])
    assert f"{rule}/{regime}/1" in kills(rule, [1])[mutant].by
