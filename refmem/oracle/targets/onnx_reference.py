"""ONNX's own NumPy reference of LinearAttention, which computes in float32 whatever it is given."""

from __future__ import annotations

import numpy as np

from refmem.oracle.cases import Case
from refmem.oracle.layouts import Arrays
from refmem.oracle.presets import ONNX
from refmem.oracle.targets import onnx_model


class OnnxReference:
    """See the module."""

    name = "onnx-reference"
    operators: tuple[str, ...] = (onnx_model.STANDARD,)
    rules = tuple(onnx_model.UPDATE_RULES)
    convention = ONNX
    dtype = np.dtype(np.float32)

    def __init__(self) -> None:
        self._onnx = onnx_model.require("onnx")
        self._evaluator = onnx_model.require("onnx.reference").ReferenceEvaluator

    def uncovered(self, operator: str, case: Case) -> str:
        """Why a case lies outside what the operator promises."""
        return onnx_model.outside(operator, case)

    def run(self, operator: str, case: Case, inputs: Arrays) -> tuple[np.ndarray, np.ndarray]:
        """Build the model of this case and evaluate it."""
        model = self._onnx.load_from_string(onnx_model.build(operator, case, inputs))
        out, state = self._evaluator(model).run(list(onnx_model.OUTPUTS), inputs)
        return out, state
