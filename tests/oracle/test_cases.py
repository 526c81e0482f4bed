"""Cases can be made again from their names, and are what their regimes say."""

import ml_dtypes
import numpy as np
import pytest

from refmem.oracle.border.conventions import Convention
from refmem.oracle.cases import draws
from refmem.oracle.cases.case import checkable_rules, find_case, names_of
from refmem.oracle.cases.draws import Random
from refmem.oracle.cases.reference import run_rule
from refmem.oracle.cases.regime import LENGTHS
from refmem.oracle.cases.regimes import REGIMES
from refmem.support.arguments import ChoiceError

LOGARITHM_IS_EXACT = [rule for rule in checkable_rules().values() if rule.name != "rwkv7"]
"""Gates are exp of a dyadic number, which a convention of logarithms finds again by its name."""

EVERY_CASE = [name for rule in checkable_rules().values() for name in names_of(rule)]


def test_a_name_makes_the_same_case_again():
    one, again = find_case("kda/mixed-gates/7"), find_case("kda/mixed-gates/7")
    assert one.name == again.name == "kda/mixed-gates/7"
    for name, x in one.inputs.items():
        assert np.array_equal(x, again.inputs[name])


def test_another_seed_is_another_case():
    one, other = find_case("delta/ordinary/0"), find_case("delta/ordinary/7")
    assert one.inputs["q"].shape == other.inputs["q"].shape
    assert not np.array_equal(one.inputs["q"], other.inputs["q"])


def test_the_numbers_of_a_case_stay_what_they_were():
    """A report of last year names a case of today: these are its first numbers."""
    case = find_case("gated_delta/ordinary/0")
    assert list(case.inputs["q"][0, 0, 0, :4] * 8) == [4, 12, -8, -1]
    assert list(case.inputs["beta"][:, :, 0].ravel() * 16) == [10, 1, 7, 3]


def test_default_seeds_run_through_the_lengths():
    cases = [find_case(f"delta/ordinary/{n}") for n in range(7)]
    assert tuple(case.inputs["q"].shape[-2] for case in cases) == (*LENGTHS, 128)
    assert ["state" in case.inputs for case in cases] == [True] * 6 + [False]


@pytest.mark.parametrize("rule", LOGARITHM_IS_EXACT, ids=lambda rule: rule.name)
def test_float16_holds_every_input_exactly(rule):
    by_log = Convention(gate="log")
    coarse = [case for case in map(find_case, names_of(rule, [1])) if not case.regime.fine]
    for case in coarse:
        half, single = (by_log.to_foreign(case, d) for d in ("f2", "f4"))
        for argument, x in half.items():
            assert np.array_equal(x.astype(np.float32), single[argument])


@pytest.mark.parametrize(
    ("dtype", "narrower"),
    [("float64", "float32"), ("float32", "float16"), ("float32", "bfloat16"), ("float16", "f8")],
)
@pytest.mark.parametrize("rule", ["gated_delta", "mlstm", "abc", "softmax_attention", "ffn"])
def test_fine_numbers_fill_every_dtype(rule, dtype, narrower):
    """Rounded once more, more than half of the numbers that are not zero are others."""
    names = {"bfloat16": ml_dtypes.bfloat16, "f8": ml_dtypes.float8_e5m2}
    case = find_case(f"{rule}/fine-numbers/1")
    assert len(case.inputs) >= 3
    for x in case.inputs.values():
        seen = x[x != 0].astype(dtype)
        assert np.mean(seen != seen.astype(names.get(narrower, narrower)).astype(dtype)) > 0.5


def test_fine_numbers_by_hand():
    """At most 1/16 nearer to zero, which itself stays; the same sign."""
    x = np.array([0.0, 1.0, -3.0] * 100)
    fine = draws.filled(Random("fine", 0), x)
    assert (fine[::3] == 0).all()
    assert ((fine[1::3] > 15 / 16) & (fine[1::3] <= 1)).all()
    assert ((fine[2::3] < -45 / 16) & (fine[2::3] >= -3)).all()


@pytest.mark.parametrize("width", [1, 2, 3, 4, 5, 7, 12, 16, 20, 64])
def test_unit_keys_have_norm_one_exactly(width):
    keys = draws.unit_keys(Random("keys", 0), (50, width), -2)
    assert np.array_equal((keys**2).sum(-1), np.ones(50))


def test_near_keys_are_never_opposed_to_the_keys_of_their_stream():
    near = draws.near_keys(Random("keys", 0), (50, 12), -2)
    keys = draws.unit_keys(Random("keys", 0), (50, 12), -2)
    assert ((near * keys).sum(-1) > 0).all()
    assert not np.array_equal(near, keys)


def test_resets_inside_spare_the_first_token_and_differ_by_head():
    alpha = draws.resets_inside(Random("gates", 0), (2, 2, 130), -1)
    assert (alpha[..., 0] > 0).all()
    assert ((alpha == 0).sum(-1) > 2).all()
    assert not np.array_equal(alpha[0, 0] == 0, alpha[0, 1] == 0)


def test_resets_at_chunks_are_at_chunks():
    alpha = draws.resets_at_chunks(Random("gates", 0), (1, 1, 130, 3), -2)
    assert list(np.flatnonzero(alpha[0, 0, :, 1] == 0)) == [0, 64, 128]


def test_grouped_heads_have_ratio_three():
    case = find_case("gated_delta/grouped-queries/2")
    assert case.inputs["q"].shape[:-2] == (2, 2, 3)
    assert case.inputs["k"].shape[:-2] == case.inputs["state"].shape[:-2] == (2, 2, 1)
    case = find_case("gated_delta/grouped-values/2")
    assert case.inputs["k"].shape[:-2] == (2, 2, 1)
    assert case.inputs["v"].shape[:-2] == case.inputs["state"].shape[:-2] == (2, 2, 3)


@pytest.mark.parametrize(("regime", "heads"), [("grouped-values", 2), ("one-group", 1)])
def test_heads_of_mamba_share_a_group(regime, heads):
    for rule in ("mamba1", "mamba2"):
        case = find_case(f"{rule}/{regime}/0")
        for name in ("B", "C"):
            assert case.inputs[name].shape[:-2] == (2, heads, 1)
        assert case.inputs["x"].shape[:-2] == case.inputs["state"].shape[:-2] == (2, heads, 3)
        assert case.inputs["A"].shape[:3] == (1, heads, 3)


def test_a_cache_has_one_row_for_each_key_head():
    case = find_case("softmax_attention/grouped-queries/2")
    assert case.inputs["state.key"].shape == (2, 2, 1, 21, 12)
    truth = run_rule(case, case.inputs, **case.options)
    assert truth["out"].shape[:3] == (2, 2, 3)
    assert truth["state.key"].shape == (2, 2, 1, 86, 12)
    gates = find_case("forgetting_attention/grouped-queries/2").inputs["state.log_alpha"]
    assert gates.shape == (2, 2, 3, 21)  # every query head fades in its own way


@pytest.mark.parametrize(
    ("rule", "name"),
    [("softmax_attention", "sink"), ("softmax_attention", "first_bias"), ("alibi", "slopes")],
)
def test_parameters_of_query_heads_differ_within_a_group(rule, name):
    x = find_case(f"{rule}/grouped-queries/1").inputs[name]
    assert x.shape == (1, 2, 3)
    assert len(np.unique(x)) > 2


def test_every_regime_is_used_and_says_what_it_catches():
    used = {name.split("/")[1] for name in EVERY_CASE}
    named = {regime.name for regime in REGIMES}
    assert named <= used
    assert all(name.startswith(("without-", "with-")) for name in used - named)
    assert all(regime.catches for regime in REGIMES)
    assert len(named) == len(REGIMES)


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("delta", "case has name 'delta', expected rule/regime/seed"),
        ("delta/ordinary/-1", "expected rule/regime/seed"),
        ("detla/ordinary/0", "rule has name 'detla'.* did you mean 'delta'"),
        ("delta/ordinray/0", "case has regime 'ordinray'.* did you mean 'ordinary'"),
        ("delta/mid-chunk-reset/0", "case has regime 'mid-chunk-reset', expected one of"),
    ],
)
def test_wrong_names(name, message):
    with pytest.raises(ChoiceError, match=message):
        find_case(name)
