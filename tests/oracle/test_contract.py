"""What a function lacks is declared or found, and cases are asked without it."""

import dataclasses

import numpy as np
import pytest

import refmem
from refmem.oracle.border.presets import FLA
from refmem.oracle.cases.case import find_case
from refmem.oracle.check import check
from refmem.oracle.targets.callable import PythonCallable
from refmem.oracle.targets.contract import Contract
from refmem.oracle.targets.target import UnavailableError
from refmem.oracle.verdict.outcomes import (
    CONFORMS,
    DEPARTS,
    FAILED,
    OUTSIDE,
    PASSED,
    UNDECIDED,
    Coverage,
    Outcome,
    Report,
)
from refmem.support.arguments import ChoiceError
from refmem.testing import assert_conforms, cases

SEEDS = [1, 4]
FLA_ALONE = dataclasses.replace(FLA, groups=())


def chunked(q, k, v, *, forgets=False):
    """Linear attention in chunks of 64, whole ones only, in four axes; or without what was."""
    batch, heads, T, _ = q.shape
    q, k, v = (x.reshape(batch, heads, T // 64, 64, x.shape[-1]) for x in (q, k, v))
    seen = np.tril(np.ones((64, 64), bool))
    out = np.where(seen, q @ k.swapaxes(-1, -2), np.float32(0)) @ v
    if not forgets:
        written = np.cumsum(k.swapaxes(-1, -2) @ v, axis=2)
        before = np.concatenate([np.zeros_like(written[:, :, :1]), written[:, :, :-1]], axis=2)
        out = out + q @ before
    return out.reshape(batch, heads, T, out.shape[-1])


def test_what_a_signature_does_not_take_is_found():
    target = PythonCallable(chunked, "linear_attention")
    assert set(target.contract.lacks) == {"state", "scale"}
    assert not target.convention.takes_scale


def test_cases_are_asked_without_what_is_lacking_and_in_whole_chunks():
    report = check(chunked, rule="linear_attention", contract=Contract(multiple=64))
    assert report.verdict == CONFORMS
    assert "states (not taken)" in str(report.coverage)
    assert "states (not returned)" in str(report.coverage)
    assert max(one.tokens for one in report.outcomes if one.judged) > 64


def test_the_term_between_chunks_is_missed_without_a_state_too():
    def forgetful(q, k, v):
        return chunked(q, k, v, forgets=True)

    report = check(forgetful, rule="linear_attention", contract=Contract(multiple=64))
    assert report.verdict == DEPARTS


def test_an_axis_for_heads_that_share_is_lacking_where_every_such_case_raises():
    report = check(chunked, rule="linear_attention", contract=Contract(multiple=64))
    shared = [one for one in report.outcomes if one.regime == "grouped-queries"]
    assert {one.status for one in shared} == {OUTSIDE}
    assert shared[0].reason.startswith("it takes no axis of heads that share: raised ValueError")


def test_a_function_that_raises_elsewhere_too_fails():
    def broken(q, k, v):
        raise RuntimeError("no kernel image")

    assert check(broken, rule="linear_attention", seeds=SEEDS).verdict == DEPARTS


def test_optional_inputs_and_options_are_lacking_and_the_case_is_not():
    def plain(q, k, v, state=None, scale=None):
        return refmem.softmax_attention(q, k, v, state=state, scale=scale)

    report = check(plain, rule="softmax_attention", seeds=SEEDS)
    assert set(report.lacks) >= {"sink", "first_bias"}
    assert report.verdict == CONFORMS


def test_what_a_case_is_about_is_lacking_and_the_case_lies_outside():
    def plain(q, k, v, state=None, scale=None):
        return refmem.softmax_attention(q, k, v, state=state, scale=scale)

    regimes = ["with-window", "high-sinks", "first-key-hidden"]
    reasons = {
        one.regime: one.reason
        for one in check(plain, rule="softmax_attention", seeds=[0], regimes=regimes).outcomes
    }
    assert reasons == {
        "with-window": "it takes no window",
        "high-sinks": "it takes no sink and no first_bias",
        "first-key-hidden": "it takes no first_bias",
    }


@pytest.mark.parametrize("takes", [True, False])
def test_an_option_that_it_has_once_and_for_all(takes):
    def passed(q, k, v, sink=None, first_bias=None, window=None, state=None, scale=None):
        assert window == 3
        return own(q, k, v, sink, first_bias, state, scale)

    def own(q, k, v, sink=None, first_bias=None, state=None, scale=None):
        return refmem.softmax_attention(
            q, k, v, sink, first_bias, state=state, scale=scale, window=3
        )

    contract = Contract(options={"window": 3})
    kernel = passed if takes else own
    report = check(kernel, rule="softmax_attention", seeds=SEEDS, contract=contract)
    assert report.verdict == CONFORMS, report.failures
    varied = [one.reason for one in report.outcomes if one.regime == "with-window"]
    assert set(varied) == {"its window is always 3"}
    assert check(kernel, rule="softmax_attention", case="softmax_attention/ordinary/3").failures


def test_an_option_that_is_an_axis_changes_the_inputs():
    def thrice(q, k, v, beta, n, state=None, scale=1):
        return refmem.delta_product(q, k, v, beta, n=n, state=state, scale=scale)

    contract = Contract(options={"n": 3})
    report = check(thrice, case="delta_product/ordinary/2", rule="delta_product", contract=contract)
    assert report.verdict == CONFORMS, report.failures


def test_a_law_that_an_option_breaks_is_not_asked():
    def both_ways(q, k, v, state=None, scale=None):
        return refmem.softmax_attention(q, k, v, state=state, scale=scale, causal=False)

    contract = Contract(options={"causal": False})
    for law, asked in (("causality@ordinary/5", False), ("repeat@ordinary/5", True)):
        name = f"softmax_attention/{law}"
        report = check(both_ways, rule="softmax_attention", case=name, contract=contract)
        (one,) = report.outcomes
        assert (one.status == "passed") == asked, one.reason
        assert ("the rule itself does not keep it where causal=False" in one.reason) != asked


def test_an_option_that_the_rule_may_not_have_so():
    with pytest.raises(ChoiceError, match="causal has value 'no', expected True or False"):
        check(
            lambda q, k, v: v, rule="softmax_attention", contract=Contract(options={"causal": "no"})
        )


def test_an_option_that_the_rule_has_not():
    with pytest.raises(ChoiceError, match="option names 'windw', expected one of kernel, softcap"):
        check(lambda q, k, v: v, rule="softmax_attention", contract=Contract(options={"windw": 3}))


def test_a_state_that_is_changed_in_place_is_found():
    def in_place(q, k, v, beta, state=None, scale=1):
        out, after = refmem.delta(q, k, v, beta, state=state, scale=scale)
        if state is None:
            return out
        state[...] = after
        return out

    report = check(in_place, rule="delta", seeds=SEEDS, regimes=["ordinary", "large-state"])
    assert report.verdict == CONFORMS, report.failures


def test_a_state_that_is_changed_wrongly_in_place_fails():
    def in_place(q, k, v, beta, state=None, scale=1):
        out, after = refmem.delta(q, k, v, beta, state=state, scale=scale)
        if state is not None:
            state[...] = 2 * after
        return out

    assert check(in_place, rule="delta", seeds=SEEDS).verdict == DEPARTS


def test_what_comes_back_beside_the_output_is_declared_or_found():
    def with_sums(q, k, v, beta, state=None, scale=1):
        out, after = refmem.delta(q, k, v, beta, state=state, scale=scale)
        return out, out.sum(-1), after

    assert check(with_sums, rule="delta", seeds=SEEDS).verdict == CONFORMS
    told = Contract(returns=("out", "-", "state"))
    assert check(with_sums, rule="delta", seeds=SEEDS, contract=told).verdict == CONFORMS
    wrong = Contract(returns=("out", "state"))
    assert check(with_sums, rule="delta", seeds=SEEDS, contract=wrong).verdict == DEPARTS


def test_square_heads_of_one_width():
    def square(q, k, v, beta, state=None, scale=1):
        assert k.shape[-1] == v.shape[-1] == 16
        return refmem.delta(q, k, v, beta, state=state, scale=scale)

    contract = Contract(square=True, widths=(16,))
    assert check(square, rule="delta", seeds=SEEDS, contract=contract).verdict == CONFORMS


@pytest.mark.parametrize(
    ("regime", "widths", "expected"),
    [
        ("ordinary", (16, 64), (64, 16)),
        ("wide-values", (16, 64, 128), (64, 128)),
        ("square", (16, 64), (16, 16)),
        ("ordinary", (64,), (64, 64)),
    ],
)
def test_keys_and_values_of_other_widths_stay_so_where_there_are_two(regime, widths, expected):
    case = Contract(widths=widths).asked(find_case(f"gated_delta/{regime}/1"))
    assert case.state_shape[-2:] == expected


@pytest.mark.parametrize(
    ("function", "message"),
    [
        (lambda query, k, v, beta: None, "expected q as well.*--rename q=THEIRS"),
        (lambda q, k, v, beta, mask: None, "needs mask, which delta does not pass.*--extra mask"),
        (lambda query, k, v, beta, **more: None, "needs query, which .*--rename OURS=query"),
    ],
)
def test_a_signature_that_does_not_fit_stops_before_any_case(function, message):
    with pytest.raises(UnavailableError, match=message):
        check(function, rule="delta")


def test_a_function_is_not_told_what_only_its_preset_takes():
    def attention(query, key, value, scale=None):
        return refmem.softmax_attention(query, key, value, scale=scale).out

    def causal(query, key, value, is_causal=False):
        return refmem.softmax_attention(query, key, value, causal=is_causal).out

    for function in (attention, causal):
        found = check(
            function, rule="softmax_attention", seeds=[1], convention="torch-sdpa", dtype="float64"
        )
        assert found.verdict == CONFORMS


def test_what_is_said_to_be_passed_always_is_taken():
    contract = Contract(extra={"output_final_stat": True})
    with pytest.raises(UnavailableError, match=r"no output_final_stat, .*output_final_state"):
        check(lambda q, k, v, output_final_state=False: None, rule="linear_attention",
              contract=contract)  # fmt: skip


@pytest.mark.parametrize("in_place", [False, True])
def test_what_a_function_needs_and_a_case_leaves_out_is_passed(in_place):
    """An empty memory is zeros, and no scale is the usual one."""

    def decode(q, k, v, g, beta, initial_state, scale):
        out, state = refmem.gated_delta(
            *(np.moveaxis(x, 1, 2) for x in (q, k, v, np.exp(g), beta)),
            state=initial_state,
            scale=scale,
        )
        if not in_place:
            return np.moveaxis(out, 1, 2), state
        initial_state[...] = state
        return np.moveaxis(out, 1, 2)

    found = [
        check(decode, case=f"gated_delta/{name}", convention=FLA_ALONE).outcomes[0]
        for name in ("ordinary/1", "no-state/1", "default-scale/1")
    ]
    assert [one.status for one in found] == [PASSED] * 3, found
    assert not any(one.missing for one in found)


def test_a_builtin_takes_what_its_documentation_says():
    """As torch's do, which have no signature."""

    class Builtin:
        __doc__ = "attend(q, k, v,\n        scale=None) -> Tensor:\n\n    What it does (q, sink)."
        __signature__ = "none"

        def __init__(self):
            self.__qualname__ = "attend"

        def __call__(self, **given):
            return refmem.softmax_attention(**given).out

    target = PythonCallable(Builtin(), "softmax_attention")
    lacks = {"sink", "first_bias", "window", "softcap", "causal", "align", "kernel", "state"}
    assert set(target.contract.lacks) == lacks


@pytest.mark.parametrize(
    ("contract", "message"),
    [
        ({"lacks": ("beta",)}, "lacks names beta, expected what the rule can do without"),
        ({"lacks": ("stat",)}, "lacks names 'stat'.*did you mean 'state'"),
        ({"multiple": 0}, "multiple has value 0, expected a whole number of at least 1"),
        ({"returns": ("out", "stat")}, "returns names 'stat', expected out, state"),
        ({"returns": ("state",)}, "expected out first"),
    ],
)
def test_a_contract_that_cannot_be(contract, message):
    with pytest.raises(ChoiceError, match=message):
        check(refmem.delta, rule="delta", contract=Contract(**contract))


def test_regimes_are_left_out_by_choice():
    report = check(refmem.delta, rule="delta", seeds=[1], contract=Contract(without=("ordinary",)))
    (one,) = (one for one in report.outcomes if one.regime == "ordinary")
    assert (one.status, one.reason) == (OUTSIDE, "outside by choice")


def test_the_case_keeps_its_name_and_what_it_does_not_lack():
    case = find_case("gated_delta/ordinary/3")
    asked = Contract(lacks=("state",), multiple=16).asked(case)
    assert asked.name == case.name
    assert "state" not in asked.inputs
    assert asked.tokens % 16 == 0
    assert Contract().asked(case) is case


def outcome(regime, status, **more):
    return Outcome("kernel", f"delta/{regime}/0", status, **more)


def test_conforms_has_a_floor():
    half = [outcome("a", PASSED), outcome("b", "refused")]
    assert Report("kernel", tuple(half)).verdict == CONFORMS
    less = (*half, outcome("c", "refused"))
    assert Report("kernel", less).verdict == UNDECIDED
    assert Report("kernel", less, partial="one case").verdict == CONFORMS
    assert Report("kernel", (*less, outcome("d", FAILED))).verdict == DEPARTS


def test_an_input_that_is_never_shown_to_matter_is_below_the_floor():
    weak = outcome("a", PASSED, inputs=("q",), unshown=("sink",))
    assert Report("kernel", (weak,)).verdict == UNDECIDED
    assert "sink (never shown to matter)" in str(Report("kernel", (weak,)).coverage)
    shown = outcome("b", PASSED, inputs=("q", "sink"))
    assert Report("kernel", (weak, shown)).verdict == CONFORMS


def test_one_regime_and_the_first_failure_are_parts_of_the_plan():
    report = check(refmem.delta, rule="delta", regimes=["few-keys"])
    assert report.partial == "regime few-keys"
    assert {one.regime for one in report.outcomes} == {"few-keys"}
    with pytest.raises(ChoiceError, match=r"regime has name 'few-key', .*did you mean 'few-keys'"):
        check(refmem.delta, rule="delta", regimes=["few-key"])

    def wrong(**inputs):
        return tuple(2 * x for x in refmem.delta(**inputs))

    stopped = check(wrong, rule="delta", fail_fast=True)
    assert len(stopped.failures) == 1
    assert stopped.outcomes[-1].status == FAILED


def test_the_same_words_in_a_test_suite():
    assert_conforms(chunked, rule="linear_attention", seeds=SEEDS, multiple=64, lacks=["state"])
    names = cases("linear_attention", lacks=["state"], multiple=64)["argvalues"]
    assert not any("/unit-state/" in name for name in names)


def test_too_little_is_not_conforming_in_a_test_suite(monkeypatch):
    monkeypatch.setattr(Coverage, "enough", False)
    with pytest.raises(AssertionError, match="too little was looked at: "):
        assert_conforms(refmem.delta, rule="delta", seeds=[1])
    assert_conforms(refmem.delta, case="delta/ordinary/1")


def test_an_option_that_a_signature_hides_and_the_function_refuses_lies_outside():
    def attend(q, k, v, sink=None, first_bias=None, state=None, scale=None):
        given = {"sink": sink, "first_bias": first_bias, "state": state, "scale": scale}
        return refmem.softmax_attention(q, k, v, **given)

    report = check(lambda **given: attend(**given), rule="softmax_attention", seeds=[1])
    assert report.verdict == CONFORMS, report.failures
    hidden = {one.reason for one in report.outcomes if one.regime == "with-window"}
    assert hidden == {"it takes no window"}
