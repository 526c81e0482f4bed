"""One-node models of ONNX's operators for linear attention, for whoever runs them.

    LinearAttention   of ONNX, and of com.microsoft, which also lets value heads share a key head
    GatedDeltaNet     of com.microsoft: packed sequences, memories V by K and always float32

Both have the rules of two booleans, decay or not and delta or not, and a decay per head or per key
channel, which are six rules of refmem. The shapes of all inputs are fixed in the model: ONNX
Runtime expands the standard operator into a Scan, whose state must have a known shape. What passes
through bfloat16 is cast inside the model, because NumPy's arrays have no such type.

Source: https://onnx.ai/onnx/operators/onnx__LinearAttention.html (opset 27), and the schemas of
com.microsoft in onnxruntime 1.32.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np

from refmem.oracle.border.conventions import Convention
from refmem.oracle.border.layouts import STATE, Arrays
from refmem.oracle.cases.case import Case
from refmem.oracle.cases.reference import OUT
from refmem.oracle.targets.callable import options_of
from refmem.oracle.targets.target import require

UPDATE_RULES = {
    "linear_attention": "linear",
    "scalar_decay": "gated",
    "gla": "gated",
    "delta": "delta",
    "gated_delta": "gated_delta",
    "kda": "gated_delta",
}
"""refmem's name of a rule -> the attribute update_rule."""

OPSET, MICROSOFT_OPSET, IR_VERSION = 27, 1, 10

OWN_SCALE = 0
"""The attribute's default, which stands for 1/sqrt(K)."""


class Operator(NamedTuple):
    """An operator and how a case becomes one node of it.

    inputs, outputs   in the order of its schema; an input that a case lacks is left out
    attributes        of the node for a case
    limit             why a case lies outside its specification; "" if it does not
    prepare           what else is done to its inputs
    """

    domain: str
    name: str
    inputs: tuple[str, ...]
    outputs: tuple[str, str]
    attributes: Callable[[Case], dict[str, Any]]
    limit: Callable[[Case], str]
    prepare: Callable[[Arrays], Arrays] = lambda inputs: inputs

    @property
    def label(self) -> str:
        """Its domain and name."""
        return f"{self.domain} {self.name}"


def head_counts(case: Case) -> dict[str, int]:
    """Heads of q, k and v."""
    return {name: math.prod(case.inputs[name].shape[1:-2]) for name in ("q", "k", "v")}


def _linear_attributes(case: Case) -> dict[str, Any]:
    heads = head_counts(case)
    return {"q_num_heads": heads["q"], "kv_num_heads": heads["v"]}


def _no_tokens(case: Case) -> str:
    return "" if case.inputs["q"].shape[-2] else "the operator is specified for T = 1 and T > 1"


def _standard_limit(case: Case) -> str:
    heads = head_counts(case)
    if heads["q"] < heads["v"]:
        return "q_num_heads must be a multiple of kv_num_heads"
    return _no_tokens(case)


def _wide_limit(case: Case) -> str:
    if "state" not in case.inputs:
        return "without past_state, the states have the type of query"
    return _standard_limit(case)


def _linear_attention(domain: str, limit: Callable[[Case], str]) -> Operator:
    inputs = ("query", "key", "value", "past_state", "decay", "beta")
    outputs = ("output", "present_state")
    return Operator(domain, "LinearAttention", inputs, outputs, _linear_attributes, limit)


MICROSOFT = _linear_attention("com.microsoft", _no_tokens)
STANDARD = _linear_attention("ai.onnx", _standard_limit)
STANDARD_WIDE = _linear_attention("ai.onnx", _wide_limit)
"""The standard one, given states of another type than the rest."""


def _packed_limit(case: Case) -> str:
    if "state" not in case.inputs:
        return "packed queries, keys and values need an initial state, which says how many heads"
    return _no_tokens(case)


def _delta_net(
    limit: Callable[[Case], str], prepare: Callable[[Arrays], Arrays], **attributes: int
) -> Operator:
    inputs = ("query", "key", "value", "cu_seqlens", "decay", "beta", "initial_state")
    outputs = ("output", "final_state")
    return Operator(
        MICROSOFT.domain,
        "GatedDeltaNet",
        inputs,
        outputs,
        lambda case: dict(attributes),
        limit,
        prepare,
    )


def _short_offsets(inputs: Arrays) -> Arrays:
    """cu_seqlens in 32 bits."""
    return inputs | {"cu_seqlens": inputs["cu_seqlens"].astype(np.int32)}


def _packed(inputs: Arrays) -> Arrays:
    """Queries, keys and values in one array, row by row."""
    short = _short_offsets(inputs)
    rows = [short.pop(name) for name in ("query", "key", "value")]
    return {"query": np.concatenate([x.reshape(len(x), -1) for x in rows], axis=-1)} | short


DELTA_NET = _delta_net(_no_tokens, _short_offsets)
DELTA_NET_PACKED = _delta_net(_packed_limit, _packed)
DELTA_NET_UNIFORM = _delta_net(_no_tokens, lambda inputs: inputs)
DELTA_NET_NORMALISES = _delta_net(_no_tokens, _short_offsets, qk_l2_norm=1)


def build(operator: Operator, case: Case, inputs: Arrays, convention: Convention) -> bytes:
    """A model with one node for one case, serialised. Its inputs and outputs are those of NumPy."""
    helper = require("onnx", "onnx").helper
    dtype = inputs["query"].dtype
    node = helper.make_node(
        operator.name,
        [_inner(name, inputs[name]) if name in inputs else "" for name in operator.inputs],
        [f"{name}_inside" for name in operator.outputs],
        domain="" if operator.domain == STANDARD.domain else operator.domain,
        update_rule=UPDATE_RULES[case.rule.name],
        scale=float(options_of(case, convention).get("scale", OWN_SCALE)),
        **operator.attributes(case),
    )
    before = [
        helper.make_node("Cast", [name], [_inner(name, x)], to=_type(x.dtype))
        for name, x in inputs.items()
        if _inner(name, x) != name
    ]
    results = results_of(operator, case, convention, dtype)
    after = [
        helper.make_node("Cast", [f"{name}_inside"], [name], to=_type(shown(like.dtype)))
        for name, like in results.items()
    ]
    graph = helper.make_graph(
        [*before, node, *after],
        operator.name,
        [_declare(name, x) for name, x in inputs.items()],
        [_declare(name, x) for name, x in results.items()],
    )
    opsets = [
        helper.make_opsetid("", OPSET),
        helper.make_opsetid(MICROSOFT.domain, MICROSOFT_OPSET),
    ]
    model = helper.make_model(graph, opset_imports=opsets, ir_version=IR_VERSION)
    return bytes(model.SerializeToString())


def results_of(operator: Operator, case: Case, convention: Convention, dtype: np.dtype) -> Arrays:
    """Zeros like the outputs of a case, by name."""
    q, v = case.inputs["q"].shape, case.inputs["v"].shape
    out = np.zeros((*np.broadcast_shapes(q[:-2], v[:-2]), *v[-2:]))
    parts = {"out": out, "state": np.zeros(case.state_shape)}
    placed = (
        convention.part_to_foreign(part, x, axes, dtype, case.inputs.get("lengths"))
        for (part, x), axes in zip(parts.items(), (OUT, STATE), strict=True)
    )
    return dict(zip(operator.outputs, placed, strict=True))


def shown(dtype: np.dtype) -> np.dtype:
    """The dtype at the border of a model: float32 for what NumPy has no type for."""
    return dtype if dtype.kind in "fi" else np.dtype(np.float32)


def _inner(name: str, x: np.ndarray) -> str:
    """The name of an input where the node takes it."""
    return name if shown(x.dtype) == x.dtype else f"{name}_inside"


def _declare(name: str, x: np.ndarray) -> Any:
    return require("onnx", "onnx").helper.make_tensor_value_info(
        name, _type(shown(x.dtype)), x.shape
    )


def _type(dtype: np.dtype) -> int:
    types = require("onnx", "onnx").TensorProto
    return int(types.BFLOAT16 if dtype.name == "bfloat16" else types.DataType.Value(_NAMES[dtype]))


_NAMES = {
    np.dtype(np.float16): "FLOAT16",
    np.dtype(np.float32): "FLOAT",
    np.dtype(np.int32): "INT32",
}
