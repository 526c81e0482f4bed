"""A kernel's own test suite: right kernels and gradients pass, wrong ones are said to be wrong."""

from unittest import SkipTest

import ml_dtypes
import numpy as np
import pytest

import refmem
from refmem.oracle.border.presets import FLA, FLASHINFER, VLLM
from refmem.oracle.cases.case import find_case, names_of
from refmem.oracle.verdict.gradients import without_gradient
from refmem.support.arguments import ChoiceError
from refmem.testing import assert_conforms, cases
from tests.oracle.kernels import MISTAKES, gated_delta

BFLOAT16 = ml_dtypes.bfloat16


def in_float32(dtype=BFLOAT16):
    """A kernel that stores in a low precision and computes in float32."""

    def kernel(state=None, scale=1, **inputs):
        wide = {name: x.astype(np.float32) for name, x in inputs.items()}
        state = None if state is None else state.astype(np.float32)
        return [x.astype(dtype) for x in gated_delta(**wide, state=state, scale=scale)]

    return kernel


def gradient(rule, change=lambda grads: grads):
    def function(dout, dstate=None, **inputs):
        return change(rule.vjp(**inputs, dout=dout, dstate=dstate)._asdict())

    return function


@pytest.mark.parametrize(**cases("gated_delta", seeds=[0]))
def test_the_three_lines_of_a_kernels_own_suite(case):
    assert_conforms(gated_delta, case=case)


@pytest.mark.parametrize("dtype", ["bfloat16", "float16"])
def test_a_kernel_in_low_precision(dtype):
    kernel = in_float32(BFLOAT16 if dtype == "bfloat16" else np.float16)
    assert_conforms(kernel, rule="gated_delta", seeds=[0], dtype=dtype)
    with pytest.raises(AssertionError, match="gated_delta/ordinary/1: out has dtype float32"):
        assert_conforms(
            lambda **inputs: [x.astype(np.float32) for x in kernel(**inputs)],
            case="gated_delta/ordinary/1",
            dtype=dtype,
        )


@pytest.mark.parametrize(("mistake", "case"), MISTAKES.items())
def test_a_wrong_kernel_raises_and_names_the_case(mistake, case):
    def wrong(**inputs):
        return gated_delta(**inputs, mistake=mistake)

    with pytest.raises(AssertionError, match=f"wrong does not conform: 1 of 1 .*\n.*{case}: .*err"):
        assert_conforms(wrong, case=f"gated_delta/{case}")


def test_what_a_wrong_kernel_computes_instead_is_said():
    def wrong(**inputs):
        return gated_delta(**inputs, mistake="error left out")

    said = (
        r"\n\nwrong: .* fail, only where .*"
        r"\nwrong: output and state equal gated_delta with the error left out.*"
        r"\nlook at .*\nseen before: "
    )
    with pytest.raises(AssertionError, match=said):
        assert_conforms(wrong, case="gated_delta/ordinary/1")


def test_a_crash_is_a_failure_of_every_case():
    with pytest.raises(AssertionError, match=r"failed\n    delta/ordinary/0: raised TypeError: "):
        assert_conforms(lambda **inputs: None + 1, rule="delta", seeds=[0])


@pytest.mark.parametrize(
    "rule", ["gated_delta", "softmax_attention", "mamba2", "gradient_momentum_delta"]
)
def test_a_right_gradient_conforms(rule):
    one = getattr(refmem, rule)
    name = names_of(one, [0])[0]
    assert_conforms(one, case=name, grad=gradient(one))


def test_a_kernels_own_gradient_is_checked():
    """`grad=True`: an attribute vjp, and without one there is none."""
    case = "delta/ordinary/1"
    assert_conforms(refmem.delta, case=case, grad=True)
    with pytest.raises(AssertionError, match=r"1 of 2 cases failed\n.*has no attribute vjp"):
        assert_conforms(lambda **inputs: refmem.delta(**inputs), case=case, grad=True)


WRONG = {
    "left out": (lambda g: g | {"beta": g["beta"] * 0}, "gradient by beta: "),
    "of the logarithm": (lambda g: g | {"alpha": g["log_alpha"]}, "gradient by alpha: "),
    "by a missing factor": (lambda g: g | {"q": g["q"] * 1.001}, "gradient by q: "),
    "transposed": (
        lambda g: g | {"state": g["state"].swapaxes(-1, -2)},
        r"raised ValueError: state has shape \(2, 2, 7, 12\), expected \(2, 2, 12, 7\)",
    ),
    "missing": (lambda g: {"q": g["q"]}, "gradient by k was not returned"),
    "NaN": (lambda g: g | {"k": g["k"] * np.float32("nan")}, "gradient by k has 96 NaN"),
    "wide": (lambda g: g | {"v": g["v"].astype(float)}, "gradient by v has dtype float64"),
}


@pytest.mark.parametrize(("change", "message"), WRONG.values(), ids=WRONG.keys())
def test_a_wrong_gradient_is_named(change, message):
    wrong = gradient(refmem.gated_delta, change)
    with pytest.raises(AssertionError, match=message):
        assert_conforms(refmem.gated_delta, case="gated_delta/ordinary/1", grad=wrong)


def by_fla(q, k, v, g, beta, initial_state=None, scale=None):
    """Their layout, their gate and their scale, around refmem's rule."""
    inner = [np.moveaxis(x, 1, 2) for x in (q, k, v, np.exp(g), beta)]
    scale = k.shape[-1] ** -0.5 if scale is None else scale
    out, state = refmem.gated_delta(*inner, state=initial_state, scale=scale)
    return np.moveaxis(out, 1, 2).copy(), state


def gradient_by_fla(dout, dstate, q, k, v, g, beta, initial_state=None, scale=None):
    inner = [np.moveaxis(x, 1, 2) for x in (q, k, v, np.exp(g), beta)]
    scale = k.shape[-1] ** -0.5 if scale is None else scale
    dout = np.moveaxis(dout, 1, 2)
    call = {"state": initial_state, "scale": scale, "dout": dout, "dstate": dstate}
    grads = refmem.gated_delta.vjp(*inner, **call)._asdict()
    moved = {name: np.moveaxis(grads[name], 1, 2) for name in ("q", "k", "v", "beta")}
    gate = np.moveaxis(grads["log_alpha"], 1, 2)
    return moved | {"g": gate, "initial_state": grads["state"]}


@pytest.mark.parametrize("case", ["ordinary/1", "default-scale/0", "scale/0"])
def test_a_convention_holds_for_gradients_too(case):
    def by_factor(g, **others):
        grads = gradient_by_fla(g=g, **others)
        return grads | {"g": grads["g"] / np.exp(g) + 1}

    call = {"case": f"gated_delta/{case}", "convention": "fla"}
    assert_conforms(by_fla, **call, grad=gradient_by_fla)
    with pytest.raises(AssertionError, match="gradient by alpha"):
        assert_conforms(by_fla, **call, grad=by_factor)


def test_cases_are_those_that_a_convention_can_say():
    plain = cases("gated_delta", seeds=[0])["ids"]
    assert "packed/0" not in plain
    assert "slots/0" not in plain
    assert "packed/0" in cases("gated_delta", [0], FLASHINFER)["ids"]
    assert "slots/0" in cases("gated_delta", [0], VLLM)["ids"]
    assert cases("gated_delta", [0], "fla") == cases("gated_delta", [0], FLA)


def test_a_case_that_shows_nothing_in_float16_is_skipped():
    with pytest.raises(SkipTest, match=r"beyond the dtype in float16"):
        assert_conforms(in_float32(), case="gated_oja/wide-heads/1", dtype="float16")


def test_a_case_outside_the_convention_does_not_pass():
    with pytest.raises(AssertionError, match="nothing was run: its convention has no sequence"):
        assert_conforms(gated_delta, case="gated_delta/packed/0")


def test_gradients_are_not_compared_where_they_are_not_defined():
    assert "packed sequences" in without_gradient(find_case("delta/packed/0"))
    infinite = find_case("forgetting_attention/mixed-gates/0")
    assert "infinite" in without_gradient(infinite)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        ({}, "rule has no value, expected a rule's name, or a case's"),
        ({"rule": "detla"}, "did you mean 'delta'"),
        ({"rule": "delta", "convention": "flaa"}, "convention has name 'flaa', .* 'fla'"),
        ({"rule": "delta", "case": "kda/ordinary/0"}, "names its rule"),
    ],
)
def test_wrong_usage(call, message):
    with pytest.raises(ChoiceError, match=message):
        assert_conforms(gated_delta, **call)


def test_a_few_cases_find_most_mistakes_and_have_no_floor():
    refmem.testing.assert_conforms(gated_delta, "gated_delta", smoke=True)
    few = refmem.testing.cases("gated_delta", smoke=True)["argvalues"]
    assert 10 < len(few) <= 20
    with pytest.raises(AssertionError, match=r"does not conform: \d+ of \d\d cases failed"):
        refmem.testing.assert_conforms(
            lambda **x: gated_delta(**x, mistake="error left out"),
            "gated_delta",
            smoke=True,
        )


def test_a_kernel_is_looked_into_once(monkeypatch):
    """The second case that fails says what the first one found."""
    asked = []
    looked_at = refmem.testing._looked_at
    monkeypatch.setattr(
        refmem.testing, "_looked_at", lambda *given: asked.append(1) or looked_at(*given)
    )

    def wrong(**inputs):
        return gated_delta(**inputs, mistake="error left out")

    for case in ("gated_delta/ordinary/1", "gated_delta/odd-sizes/0"):
        with pytest.raises(AssertionError, match=f"{case}: .*(\n.*)*with the error left out"):
            refmem.testing.assert_conforms(wrong, case=case)
    assert asked == [1]
