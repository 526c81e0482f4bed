"""A right kernel obeys every law; a kernel that breaks one is found by it, without a reference."""

import itertools

import numpy as np
import pytest

import refmem
from refmem.oracle import check
from refmem.oracle.border.presets import FLA, FLA_VARLEN
from refmem.oracle.cases.case import find_case, find_rule
from refmem.oracle.targets.callable import PythonCallable
from refmem.oracle.verdict.outcomes import FAILED, OUTSIDE, PASSED
from refmem.oracle.verdict.promises import padded
from refmem.oracle.verdict.properties import properties_of, property_cases
from refmem.support.arguments import ChoiceError
from tests.oracle.flash import gated_delta


def gated(**inputs):
    return refmem.gated_delta(**inputs, form="chunked")


def law(function, name, rule="gated_delta"):
    (outcome,) = check(function, rule=rule, case=f"{rule}/{name}").outcomes
    return outcome


def varlen(leak=False):
    def function(q, k, v, g, beta, cu_seqlens, initial_state=None, scale=None):
        outs, states, carried = [], [], None
        for n, (start, stop) in enumerate(itertools.pairwise(cu_seqlens)):
            first = initial_state[n : n + 1] if carried is None else carried
            part = (x[:, start:stop] for x in (q, k, v, g, beta))
            out, state = gated_delta(*part, initial_state=first, scale=scale)
            outs.append(out)
            states.append(state)
            carried = state if leak else None
        return np.concatenate(outs, axis=1), np.concatenate(states)

    return PythonCallable(function, "gated_delta", np.float32, "varlen", FLA_VARLEN)


def test_a_right_kernel_obeys():
    names = property_cases(find_rule("gated_delta"))
    statuses = {name: law(gated, name.partition("/")[2]).status for name in names}
    packed = [name for name in names if "/packed@" in name]
    assert {statuses.pop(name) for name in packed} == {OUTSIDE}
    assert set(statuses.values()) == {PASSED}
    assert len(statuses) == 10


@pytest.mark.parametrize("rule", ["softmax_attention", "kalman_delta", "rwkv7", "least_squares"])
def test_other_kinds_of_memory_obey(rule):
    function = find_rule(rule)
    report = check(lambda **inputs: function(**inputs), rule=rule, seeds=[], properties=True)
    assert not report.failures
    assert sum(one.status == PASSED for one in report.outcomes) >= 9


def test_packed_sequences_obey_and_leaking_ones_do_not():
    assert law(varlen(), "packed@packed/0").status == PASSED
    assert law(varlen(leak=True), "packed@packed/0").status == FAILED


def forgets_its_state(state=None, **inputs):
    return gated(**inputs)


def changes_its_state(state=None, **inputs):
    out, last = gated(state=state, **inputs)
    if state is not None:
        state *= 0
    return out, last


def begins_anew_by_several(state=None, **inputs):
    """As a mixer that hands its state to the step of one token alone."""
    return gated(**inputs, state=state if inputs["k"].shape[-2] in (1, 130) else None)


class TakesFewTokensFromItsLastCall:
    """A short call goes on from wherever the last one ended."""

    last = None

    def __call__(self, state=None, **inputs):
        if 0 < inputs["k"].shape[-2] < 4 and state is not None and self.last is not None:
            state = self.last
        out, self.last = gated(**inputs, state=state)
        return out, self.last


def looks_ahead(**inputs):
    out, state = gated(**inputs)
    return np.roll(out, -1, axis=-2), state


def mixes_the_batch(**inputs):
    out, state = gated(**inputs)
    return out + out.mean(axis=0, keepdims=True), state


def drops_the_end(**inputs):
    out, state = gated(**inputs)
    out[..., -3:, :] = 0
    return out, state * np.float32(0.5 if out.shape[-2] % 64 == 5 else 1)


class ChangesItsMind:
    """Another result at every call."""

    calls = 0

    def __call__(self, **inputs):
        self.calls += 1
        out, state = gated(**inputs)
        return out * np.float32(1 + 2.0**-22 * self.calls), state


BREAKING = {
    "split@short-chunks/5": forgets_its_state,
    "split@ordinary/5": forgets_its_state,
    "decode@short-chunks/5": forgets_its_state,
    "prefill@ordinary/5": begins_anew_by_several,
    "rollback@short-chunks/5": changes_its_state,
    "drafts@short-chunks/5": TakesFewTokensFromItsLastCall(),
    "causality@ordinary/5": looks_ahead,
    "padding@ordinary/5": drops_the_end,
    "batch@ordinary/5": mixes_the_batch,
    "repeat@ordinary/5": ChangesItsMind(),
}


@pytest.mark.parametrize(("name", "function"), BREAKING.items(), ids=BREAKING)
def test_a_broken_law_is_found(name, function):
    assert law(function, name).status == FAILED


def test_padding_is_nothing_to_the_rule():
    case = find_case("gated_delta/ordinary/2")
    longer = padded(case, 3)
    assert longer.inputs["alpha"][0, 0, -3:].tolist() == [1, 1, 1]
    assert padded(find_case("hgrn2/ordinary/2"), 3) is not None
    assert padded(find_case("averaged_memory/ordinary/2"), 3) is None
    assert padded(find_case("softmax_attention/ordinary/2"), 3) is None


def test_weights_have_no_laws():
    assert properties_of(find_rule("ffn")) == []


def test_a_law_that_does_not_exist():
    with pytest.raises(ChoiceError, match="expected a law on a case such as split@ordinary/5"):
        law(gated, "splitt@ordinary/5")


def test_gradients_are_asked_for_and_found_wrong():
    class Right:
        def __call__(self, **inputs):
            return gated(**inputs)

        @staticmethod
        def vjp(**inputs):
            return refmem.gated_delta.vjp(**inputs, form="chunked")

    class Wrong(Right):
        @staticmethod
        def vjp(**inputs):
            grads = refmem.gated_delta.vjp(**inputs)._asdict()
            return grads | {"beta": grads["beta"].sum(0, keepdims=True) + 0 * grads["beta"]}

    assert law(Right(), "gradient@ordinary/2").status == PASSED
    outcome = law(Wrong(), "gradient@ordinary/2")
    assert outcome.status == FAILED
    assert outcome.reason.startswith("gradient by beta:")
    assert "attribute vjp" in law(gated, "gradient@ordinary/2").reason
    assert law(gated, "gradient@packed/0").status == OUTSIDE
    assert PythonCallable(gated_delta, "gated_delta", convention=FLA).library == "numpy"
