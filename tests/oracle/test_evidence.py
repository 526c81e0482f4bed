"""What cases there are, and in which dtypes they can fail: where real kernels are."""

import collections
import dataclasses

import ml_dtypes
import numpy as np
import pytest

from refmem.memory import StaticRule
from refmem.oracle.border.conventions import REFMEM
from refmem.oracle.cases.case import checkable_rules, described, find_case, make_case, suited
from refmem.oracle.cases.reference import run_rule
from refmem.oracle.verdict.budget import expect
from refmem.oracle.verdict.sensitivity import DegenerateError

RULES = list(checkable_rules().values())
DTYPES = {"float16": np.dtype("float16"), "bfloat16": np.dtype(ml_dtypes.bfloat16)}
"""What these can show, float32 and float64 show too: they have more bits, and more range."""

STATES = {"zero-state", "unit-state", "large-state", "slots", "vast-state"}
"""Regimes that are about a state."""

SILENT = {
    "linear_attention": "vast-state",
    "gated_oja": "wide-heads",
    **dict.fromkeys(("momentum_delta", "batch_delta", "lact", "kernel_delta"), "huge-queries"),
    **dict.fromkeys(("preconditioned_delta", "preconditioned_kda"), "huge-queries"),
    **dict.fromkeys(("log_linear_attention", "kernel_attention"), "huge-queries"),
    **dict.fromkeys(("relu_attention", "glu"), "huge-queries"),
}
"""Rule -> the regime of which no case can fail in float16, because the truth is beyond it. None is
in bfloat16."""

ROUNDS = {"iterations"}
"""Options of a form that only some rules have: the function is the same for all their values."""


def by_rule(rules):
    return pytest.mark.parametrize("rule", rules, ids=lambda rule: rule.name)


def shortest_first(rule, regime):
    def tokens(seed):
        one = regime.of_seed(seed)
        return sum(one.sequences[0]) if one.sequences else one.lengths[0]

    return sorted(regime.seeds, key=tokens)


def is_evidence(rule, regime, dtype):
    """Whether one of its cases can fail."""
    with np.errstate(all="ignore"):
        return any(can_fail(rule, regime, seed, dtype) for seed in shortest_first(rule, regime))


def can_fail(rule, regime, seed, dtype):
    case = make_case(rule, regime, seed)
    try:
        expect(case, REFMEM.to_foreign(case, dtype), REFMEM, dtype)
    except DegenerateError:
        return False
    return True


@pytest.mark.parametrize("dtype", DTYPES)
@by_rule(RULES)
def test_every_regime_is_evidence_in_every_dtype(rule, dtype):
    """Its shortest case that can fail; a twelfth of the regimes for rules and dtypes in turn, and
    those that are known to be silent."""
    place = RULES.index(rule) + 6 * list(DTYPES).index(dtype)
    for number, regime in enumerate(suited(rule)):
        silent = dtype == "float16" and SILENT.get(rule.name) == regime.name
        if silent or (number + place) % 12 == 0:
            assert is_evidence(rule, regime, DTYPES[dtype]) != silent, regime.name


@by_rule([rule for rule in RULES if not isinstance(rule, StaticRule)])
def test_every_regime_has_cases_with_a_state_and_without(rule):
    for regime in suited(rule):
        states = {regime.of_seed(seed).state for seed in regime.seeds}
        if regime.name not in STATES | {"beta-zero", "high-sinks"} and regime.state:
            assert states == {True, False}, regime.name


@by_rule(RULES)
def test_every_optional_input_is_left_out_of_nearly_every_regime(rule):
    """Of all but those that are about it, or about states, one case at least."""
    for name in rule.defaults:
        here = [regime for regime in suited(rule) if regime.bare]
        lacking = [one for one in here if name not in _last(rule, one).inputs]
        assert len(lacking) > 0.8 * len(here)


def _last(rule, regime):
    return make_case(rule, regime, regime.seeds[-1])


def test_lengths_without_a_state_are_multiples_of_chunks_and_more_than_one():
    """So a kernel that takes no state, and whole chunks only, meets its second chunk."""
    found = collections.Counter()
    for regime in suited(checkable_rules()["gated_delta"]):
        for seed in regime.seeds:
            one = regime.of_seed(seed)
            if not one.state and not one.sequences:
                found.update(n for n in (16, 64, 128) if one.lengths[0] and one.lengths[0] % n == 0)
                found.update(n + 1 for n in (16, 64, 128) if one.lengths[0] / n in (2, 3, 4, 8, 16))
    assert found[16] > 25
    assert found[64] > 15
    assert found[65] >= 8
    assert found[129] >= 1


def test_head_sizes_and_numbers_are_those_of_models():
    regimes = suited(checkable_rules()["gated_delta"])
    assert {12, 16, 64, 128} <= {regime.K for regime in regimes}
    assert {1, 2, 3, 6} <= {regime.heads for regime in regimes}


@by_rule([rule for rule in RULES if rule.options])
def test_every_option_is_varied_and_matters(rule):
    regimes = {regime.name: regime for regime in suited(rule)}
    sizes = {factor for shape in rule.inputs.values() for factor in shape.replace("*", " ").split()}
    for option in rule.options.keys() - ROUNDS - sizes:
        regime = regimes[f"with-{option}"]
        bare_first = reversed(regime.seeds)
        assert any(_matters(make_case(rule, regime, seed)) for seed in bare_first), option


def _matters(case):
    """Whether the result is another one than with the options that the rule has by itself."""
    usual = {n: x for n, x in case.options.items() if n not in case.regime.options}
    with np.errstate(all="ignore"):
        found = run_rule(case, case.inputs, **case.options)
        plain = run_rule(dataclasses.replace(case, options=usual), case.inputs, **usual)
        same = np.allclose(found["out"], plain["out"], rtol=2**-10)
    return not same or found.keys() != plain.keys()


def test_a_window_is_counted_in_tokens():
    windows = [find_case(f"softmax_attention/with-window/{n}").options["window"] for n in range(12)]
    assert windows == [1, 16, 64, 17, 66, 128, 1, 16, 63, 64, 65, 128]


def test_options_are_printed_with_a_case():
    name = "softmax_attention/with-window/5"
    assert described(name) == f"{name} (window=128)"
    assert described("softmax_attention/ordinary/5") == "softmax_attention/ordinary/5"
    assert described("delta/split@ordinary/5") == "delta/split@ordinary/5"
