"""ONNX Runtime's CPU kernels: com.microsoft's LinearAttention and GatedDeltaNet, and the standard
LinearAttention of opset 27.

Version 1.32 has kernels of com.microsoft's two: of LinearAttention for float32 only, of
GatedDeltaNet for float16 and bfloat16 as well. The standard operator has none: the runtime expands
the function that ONNX defines it by. What a version does not have is left out.

GatedDeltaNet is run with packed sequences; with queries, keys and values in one array; without
packing, (batch, T, heads, D); and with its own normalisation of queries and keys, which divides by
sqrt(sum x^2 + 1e-12): a thousand times closer to zero than FLA's eps, and not in its documentation.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from typing import Any

import numpy as np

from refmem.oracle.border.arrays import bfloat16
from refmem.oracle.border.conventions import Convention
from refmem.oracle.border.layouts import Arrays
from refmem.oracle.border.presets import ONNX, ONNX_PACKED, ONNX_WIDE_STATES
from refmem.oracle.targets.callable import Group
from refmem.oracle.targets.onnx_model import (
    DELTA_NET,
    DELTA_NET_NORMALISES,
    DELTA_NET_PACKED,
    DELTA_NET_UNIFORM,
    MICROSOFT,
    STANDARD,
    STANDARD_WIDE,
    Operator,
)
from refmem.oracle.targets.onnx_part import OnnxPart
from refmem.oracle.targets.target import UnavailableError, require

PROVIDER = "CPUExecutionProvider"
QUIET = 4
"""Log nothing below fatal: what goes wrong is in the exception, and so in the report."""

UNIFORM = dataclasses.replace(
    ONNX_PACKED,
    layout="bthd",
    names={n: theirs for n, theirs in ONNX_PACKED.names.items() if n != "lengths"},
)
NORMALISES = dataclasses.replace(ONNX_PACKED, norm="rsqrt", eps=1e-12)


def make_onnxruntime() -> Group:
    """Every operator and dtype that this version has."""
    require("onnx", "onnx")
    runtime = require("onnxruntime", "onnx")
    parts = [
        OnnxPart(known, convention, dtype, evaluate)
        for operators, convention, dtype in _every()
        if (known := {n: one for n, one in operators.items() if _is_known(runtime, one, dtype)})
    ]
    if not parts:
        raise UnavailableError(
            f"onnxruntime {runtime.__version__} has no operator for linear attention"
        )
    return Group("onnxruntime", parts)


def _every() -> Iterator[tuple[dict[str, Operator], Convention, np.dtype]]:
    """Operators that take the same arrays, by label, with their convention and dtype."""
    single, half = np.dtype(np.float32), np.dtype(np.float16)
    yield {STANDARD.label: STANDARD, MICROSOFT.label: MICROSOFT}, ONNX, single
    yield {STANDARD.label: STANDARD}, ONNX, half
    yield {STANDARD.label: STANDARD_WIDE}, ONNX_WIDE_STATES, half
    net = DELTA_NET.label
    for dtype in (single, half, bfloat16()):
        yield {net: DELTA_NET, f"{net}, q k v in one": DELTA_NET_PACKED}, ONNX_PACKED, dtype
    yield {f"{net}, not packed": DELTA_NET_UNIFORM}, UNIFORM, single
    yield {f"{net}, qk_l2_norm": DELTA_NET_NORMALISES}, NORMALISES, single


def _is_known(runtime: Any, operator: Operator, dtype: np.dtype) -> bool:
    """Whether there is a schema of an operator, and of com.microsoft's a kernel for a dtype."""
    state = runtime.capi.onnxruntime_pybind11_state
    if operator.domain == STANDARD.domain:
        return any(
            (one.domain, one.name) == ("", operator.name) for one in state.get_all_operator_schema()
        )
    kind = {"float32": "float"}.get(dtype.name, dtype.name)
    return any(
        (one.domain, one.op_name) == (operator.domain, operator.name)
        and one.provider == PROVIDER
        and f"tensor({kind})" in one.type_constraints["T"]
        for one in state.get_all_opkernel_def()
    )


def evaluate(model: bytes, outputs: tuple[str, ...], inputs: Arrays) -> Any:
    """Run a model on the CPU, in one thread."""
    runtime = require("onnxruntime", "onnx")
    options = runtime.SessionOptions()
    options.log_severity_level = QUIET
    options.intra_op_num_threads = 1
    return runtime.InferenceSession(model, options, providers=[PROVIDER]).run(outputs, inputs)
