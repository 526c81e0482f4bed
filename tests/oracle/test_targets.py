"""ONNX Runtime and ONNX's reference are what they are; a runtime that errs would be found."""

import dataclasses
import importlib

import numpy as np
import pytest

from refmem.oracle import check
from refmem.oracle.cases import ChoiceError, find_case
from refmem.oracle.check import OUTSIDE
from refmem.oracle.presets import ONNX
from refmem.oracle.targets import UnavailableError, find_target
from refmem.oracle.targets.callable import import_function
from refmem.oracle.targets.onnx_model import MICROSOFT, STANDARD, UPDATE_RULES
from refmem.oracle.targets.onnx_reference import OnnxReference
from refmem.oracle.targets.onnxruntime import OnnxRuntime

ONNX_TARGETS = [OnnxRuntime, OnnxReference]


@pytest.mark.parametrize("target", ONNX_TARGETS)
@pytest.mark.parametrize("rule", UPDATE_RULES)
def test_onnx_conforms(target, rule):
    report = check(target(), rule=rule, seeds=[2])
    assert report.conforms, report.failures[0]
    assert {one.operator for one in report.outcomes} == set(target().operators)


@pytest.mark.parametrize("target", ONNX_TARGETS)
def test_one_token_by_hand(target):
    """S = 3, decay to 1.5; error 2 - 1.5; S = 1.5 + 0.5 * 0.5 = 1.75; read with q = 2: 3.5."""
    numbers = {"q": 2, "k": 1, "v": 2, "alpha": 0.5, "beta": 0.5, "state": 3}
    drawn = find_case("gated_delta/ordinary/0")
    inputs = {
        name: np.full((1, 1) + (1,) * len(drawn.axes[name]), float(value))
        for name, value in numbers.items()
    }
    case = dataclasses.replace(drawn, inputs=inputs, state_shape=(1, 1, 1, 1))
    runtime = target()
    for operator in runtime.operators:
        foreign = ONNX.to_foreign(inputs, case.axes, np.float32)
        out, state = runtime.run(operator, case, foreign)
        assert (out.item(), state.item()) == pytest.approx((3.5, 1.75), rel=2**-22)


class Erring(OnnxReference):
    """The reference, its inputs changed on the way in."""

    def __init__(self, change):
        super().__init__()
        self.change = change

    def run(self, operator, case, inputs):
        return super().run(operator, case, self.change(dict(inputs)))


CHANGES = {
    "gate is base 2": lambda x: x | {"decay": x["decay"] * np.float32(np.log(2))},
    "beta is not used": lambda x: x | {"beta": np.ones_like(x["beta"])},
    "state is not used": lambda x: x | {"past_state": 0 * x["past_state"]},
    "heads are exchanged": lambda x: x | {"key": np.roll(x["key"], x["key"].shape[-1] // 2, -1)},
    "beta of the first head": lambda x: x | {"beta": x["beta"][..., :1]},
}


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES.keys())
def test_an_erring_runtime_fails(change):
    assert not check(Erring(change), case="gated_delta/ordinary/4").conforms


def test_both_operators_of_the_runtime_are_checked():
    assert OnnxRuntime().operators == (MICROSOFT, STANDARD)


def test_what_the_standard_operator_does_not_promise_is_outside():
    report = check("onnxruntime", case="delta/grouped-values/2")
    microsoft, standard = report.outcomes
    assert microsoft.status == "passed"
    assert standard.status == OUTSIDE
    assert standard.reason == "q_num_heads must be a multiple of kv_num_heads"
    assert check("onnx-reference", case="delta/empty/0").outcomes[0].status == OUTSIDE


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
        (("onnxruntime", None, "float16"), "dtype has value float16, expected float32"),
    ],
)
def test_wrong_choices(arguments, message):
    with pytest.raises(ChoiceError, match=message):
        find_target(*arguments)


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
