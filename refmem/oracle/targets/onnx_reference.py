"""ONNX's own NumPy reference of LinearAttention, which computes in float32 whatever it is given."""

from __future__ import annotations

from typing import Any

import numpy as np

from refmem.oracle.border.layouts import Arrays
from refmem.oracle.border.presets import ONNX, ONNX_WIDE_STATES
from refmem.oracle.targets.callable import Group
from refmem.oracle.targets.onnx_model import STANDARD, STANDARD_WIDE
from refmem.oracle.targets.onnx_part import OnnxPart
from refmem.oracle.targets.target import require


def make_onnx_reference() -> Group:
    """In float32, in float16, and in float16 with states in float32."""
    require("onnx", "onnx")
    require("onnx.reference", "onnx")
    standard, wide = {STANDARD.label: STANDARD}, {STANDARD.label: STANDARD_WIDE}
    parts = [
        OnnxPart(standard, ONNX, np.float32, evaluate),
        OnnxPart(standard, ONNX, np.float16, evaluate),
        OnnxPart(wide, ONNX_WIDE_STATES, np.float16, evaluate),
    ]
    return Group("onnx-reference", parts)


def evaluate(model: bytes, outputs: tuple[str, ...], inputs: Arrays) -> Any:
    """Run a model by ONNX's evaluator."""
    proto = require("onnx", "onnx").load_from_string(model)
    return require("onnx.reference", "onnx").ReferenceEvaluator(proto).run(list(outputs), inputs)
