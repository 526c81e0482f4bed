"""One-node models of ONNX's operator LinearAttention, for whoever runs them.

It has the rules of two booleans, decay or not and delta or not, and a decay per head or per key
channel, which are six rules of refmem. The shapes of all inputs are fixed in the model: ONNX
Runtime expands the standard operator into a Scan, whose state must have a known shape.

Source: https://onnx.ai/onnx/operators/onnx__LinearAttention.html (opset 27), and the schema of
com.microsoft's LinearAttention, which defines the same function and also lets value heads share
a key head.
"""

from __future__ import annotations

import importlib
import math
from types import ModuleType
from typing import Any

import numpy as np

from refmem.oracle.cases import Case
from refmem.oracle.layouts import STATE, Arrays, packed_shape
from refmem.oracle.targets.target import UnavailableError

STANDARD, MICROSOFT = "ai.onnx", "com.microsoft"

UPDATE_RULES = {
    "linear_attention": "linear",
    "scalar_decay": "gated",
    "gla": "gated",
    "delta": "delta",
    "gated_delta": "gated_delta",
    "kda": "gated_delta",
}
"""refmem's name of a rule -> the attribute update_rule."""

INPUTS = ("query", "key", "value", "past_state", "decay", "beta")
OUTPUTS = ("output", "present_state")
OPSET, MICROSOFT_OPSET, IR_VERSION = 27, 1, 10


def require(package: str) -> ModuleType:
    """Import a package of the `onnx` extra, or say how to install it."""
    try:
        return importlib.import_module(package)
    except ImportError:
        raise UnavailableError(
            f"{package} is not installed; install it with: pip install 'refmem[onnx]'"
        ) from None


def outside(operator: str, case: Case) -> str:
    """Why a case lies outside the operator's specification; "" if it does not."""
    heads = head_counts(case)
    if operator == STANDARD and heads["q"] < heads["v"]:
        return "q_num_heads must be a multiple of kv_num_heads"
    if not case.inputs["q"].shape[-2]:
        return "the operator is specified for T = 1 and T > 1"
    return ""


def head_counts(case: Case) -> dict[str, int]:
    """Heads of q, k and v."""
    return {name: math.prod(case.inputs[name].shape[1:-2]) for name in ("q", "k", "v")}


def build(operator: str, case: Case, inputs: Arrays) -> bytes:
    """A model with one LinearAttention node for one case, serialised."""
    helper = require("onnx").helper
    heads = head_counts(case)
    node = helper.make_node(
        "LinearAttention",
        [name if name in inputs else "" for name in INPUTS],
        OUTPUTS,
        domain="" if operator == STANDARD else operator,
        update_rule=UPDATE_RULES[case.rule.name],
        q_num_heads=heads["q"],
        kv_num_heads=heads["v"],
        scale=float(case.options.get("scale", 1)),
    )
    declared = [_declare(name, inputs[name].shape, case) for name in INPUTS if name in inputs]
    results = [_declare(n, s, case) for n, s in zip(OUTPUTS, _result_shapes(case), strict=True)]
    graph = helper.make_graph([node], "one_linear_attention", declared, results)
    opsets = [helper.make_opsetid("", OPSET), helper.make_opsetid(MICROSOFT, MICROSOFT_OPSET)]
    model = helper.make_model(graph, opset_imports=opsets, ir_version=IR_VERSION)
    return bytes(model.SerializeToString())


def _declare(name: str, shape: tuple[int, ...], case: Case) -> Any:
    onnx = require("onnx")
    return onnx.helper.make_tensor_value_info(name, onnx.TensorProto.FLOAT, shape)


def _result_shapes(case: Case) -> tuple[tuple[int, ...], tuple[int, ...]]:
    q, v = case.inputs["q"].shape, case.inputs["v"].shape
    out = (*np.broadcast_shapes(q[:-2], v[:-2]), *v[-2:])
    return packed_shape(out, ("T", "V"), "packed"), packed_shape(case.state_shape, STATE, "packed")
