"""ONNX Runtime and ONNX's reference are what they are; a runtime that errs would be found."""

import dataclasses
import importlib

import numpy as np
import pytest

from refmem.oracle import check
from refmem.oracle.border.presets import ONNX
from refmem.oracle.cases.case import find_case
from refmem.oracle.check import OUTSIDE, PASSED
from refmem.oracle.targets.callable import import_function
from refmem.oracle.targets.find import find_target
from refmem.oracle.targets.onnx_model import STANDARD, UPDATE_RULES
from refmem.oracle.targets.onnx_part import OnnxPart
from refmem.oracle.targets.onnx_reference import evaluate, make_onnx_reference
from refmem.oracle.targets.onnxruntime import make_onnxruntime
from refmem.oracle.targets.target import UnavailableError
from refmem.support.arguments import ChoiceError

ONNX_TARGETS = {"onnxruntime": make_onnxruntime(), "onnx-reference": make_onnx_reference()}
PARTS = [part for target in ONNX_TARGETS.values() for part in target.parts]
SINGLE = [part for part in PARTS if part.dtype == np.float32]


@pytest.mark.parametrize("target", ONNX_TARGETS)
@pytest.mark.parametrize("rule", UPDATE_RULES)
def test_onnx_conforms(target, rule):
    report = check(target, rule=rule, seeds=[2])
    assert report.conforms, report.failures[0]
    passed = {one.operator for one in report.outcomes if one.status == PASSED}
    assert passed == set(ONNX_TARGETS[target].operators)


def test_every_dtype_and_every_operator_of_the_runtime_is_checked():
    found = [(part.dtype.name, set(part.operators)) for part in ONNX_TARGETS["onnxruntime"].parts]
    assert {dtype for dtype, _ in found} == {"float16", "bfloat16", "float32"}
    wanted = {"ai.onnx LinearAttention", "com.microsoft LinearAttention"}
    wanted |= {f"com.microsoft GatedDeltaNet{kind}" for kind in ("", ", q k v in one")}
    wanted |= {f"com.microsoft GatedDeltaNet, {kind}" for kind in ("not packed", "qk_l2_norm")}
    assert set.union(*(names for dtype, names in found if dtype == "float32")) == wanted


@pytest.mark.parametrize("part", SINGLE, ids=lambda part: part.name)
def test_one_token_by_hand(part):
    """S = 3, decay to 1.5; error 2 - 1.5; S = 1.5 + 0.5 * 0.5 = 1.75; read with q = 2: 3.5.

    An operator that normalises reads with 1 in place of 2: half of that.
    """
    numbers = {"q": 2, "k": 1, "v": 2, "alpha": 0.5, "beta": 0.5, "state": 3}
    drawn = find_case("gated_delta/ordinary/0")
    inputs = {
        name: np.full((1, 1) + (1,) * len(drawn.axes[name]), float(value))
        for name, value in numbers.items()
    }
    case = dataclasses.replace(drawn, inputs=inputs, state_shape=(1, 1, 1, 1))
    read = 1 if part.convention.norm else 2
    for operator in part.operators:
        foreign = part.convention.to_foreign(case, np.float32)
        out, state = part.run(operator, case, foreign)
        assert (out.item(), state.item()) == pytest.approx((read * 1.75, 1.75), rel=2**-22)


def erring(change):
    """ONNX's reference, its inputs changed on the way in."""

    def changed(model, outputs, inputs):
        return evaluate(model, outputs, change(dict(inputs)))

    return OnnxPart({STANDARD.label: STANDARD}, ONNX, np.float32, changed)


CHANGES = {
    "gate is base 2": lambda x: x | {"decay": x["decay"] * np.float32(np.log(2))},
    "beta is not used": lambda x: x | {"beta": np.ones_like(x["beta"])},
    "state is not used": lambda x: x | {"past_state": 0 * x["past_state"]},
    "heads are exchanged": lambda x: x | {"key": np.roll(x["key"], x["key"].shape[-1] // 2, -1)},
    "beta of the first head": lambda x: (
        x | {"beta": np.broadcast_to(x["beta"][..., :1], x["beta"].shape)}
    ),
}


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES.keys())
def test_an_erring_runtime_fails(change):
    assert not check(erring(change), case="gated_delta/ordinary/4").conforms
    assert check(erring(lambda x: x), case="gated_delta/ordinary/4").conforms


LIMITS = [
    ("ai.onnx LinearAttention", "delta/grouped-values/2", "q_num_heads must be a multiple"),
    ("ai.onnx LinearAttention", "delta/empty/0", "specified for T = 1 and T > 1"),
    (
        "ai.onnx LinearAttention float16, float32 states",
        "delta/no-state/2",
        "without past_state, the states have the type of query",
    ),
    ("com.microsoft GatedDeltaNet, q k v in one", "delta/no-state/2", "need an initial state"),
    ("com.microsoft GatedDeltaNet, not packed", "delta/packed/0", "no sequence boundaries"),
]


@pytest.mark.parametrize(("operator", "case", "reason"), LIMITS)
def test_what_an_operator_does_not_promise_is_outside(operator, case, reason):
    (one,) = (one for one in check("onnxruntime", case=case).outcomes if one.operator == operator)
    assert one.status == OUTSIDE
    assert reason in one.reason


def test_one_beta_for_all_heads_is_repeated_for_who_wants_one_for_each():
    outcomes = check("onnxruntime", case="delta/shared-beta/1").outcomes
    assert {one.status for one in outcomes if "GatedDeltaNet" in one.operator} == {PASSED}


def test_an_operator_that_a_version_lacks_is_left_out(monkeypatch):
    """A runtime without kernels of com.microsoft still has the standard operator; one without
    both has nothing to run."""
    runtime = importlib.import_module("onnxruntime")
    state = runtime.capi.onnxruntime_pybind11_state
    monkeypatch.setattr(state, "get_all_opkernel_def", list)
    assert {name.split()[0] for name in make_onnxruntime().operators} == {"ai.onnx"}
    monkeypatch.setattr(state, "get_all_operator_schema", list)
    with pytest.raises(UnavailableError, match="has no operator for linear attention"):
        make_onnxruntime()


@pytest.mark.parametrize(("name", "missing"), [("onnxruntime", "onnxruntime"), (None, "onnx")])
def test_a_missing_package_names_the_extra(monkeypatch, name, missing):
    really = importlib.import_module

    def without(package):
        if package == missing:
            raise ImportError(package)
        return really(package)

    monkeypatch.setattr(importlib, "import_module", without)
    for target in ("onnxruntime", "onnx-reference") if name is None else [name]:
        with pytest.raises(UnavailableError, match=rf"{missing} is not installed.*refmem\[onnx\]"):
            find_target(target)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("onnxruntme",), "did you mean 'onnxruntime'"),
        (("os.path:join",), "needs --rule"),
        (("os.path:join", "detla"), "did you mean 'delta'"),
        (
            ("onnxruntime", None, "float64"),
            "dtype has value float64, expected one of float32, float",
        ),
    ],
)
def test_wrong_choices(arguments, message):
    with pytest.raises(ChoiceError, match=message):
        find_target(*arguments)


def test_a_dtype_chooses_among_the_kernels_of_a_name():
    found = find_target("onnxruntime", dtype="bfloat16")
    assert found.operators
    assert {part.dtype.name for part in found.parts} == {"bfloat16"}


@pytest.mark.parametrize(
    ("path", "message"),
    [
        ("no_such_module:f", "does not import: ModuleNotFoundError"),
        ("os.path:no_such_function", "does not import: AttributeError"),
        ("os.path:sep", "os.path:sep is a str, expected a function"),
    ],
)
def test_functions_that_are_not_there(path, message):
    with pytest.raises(UnavailableError, match=message):
        import_function(path)


def test_a_function_is_found_by_its_path():
    assert import_function("tests.oracle.kernels:gated_delta").__name__ == "gated_delta"
