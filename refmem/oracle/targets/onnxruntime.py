"""ONNX Runtime's CPU kernels: LinearAttention of its own domain, and the standard one of opset 27.

The first is a kernel of its own, for float32 only. The second has no kernel in version 1.32: the
runtime expands the function that ONNX defines it by.
"""

from __future__ import annotations

import numpy as np

from refmem.oracle.cases import Case
from refmem.oracle.layouts import Arrays
from refmem.oracle.presets import ONNX
from refmem.oracle.targets import onnx_model

QUIET = 4
"""Log nothing below fatal: what goes wrong is in the exception, and so in the report."""


class OnnxRuntime:
    """See the module."""

    name = "onnxruntime"
    operators: tuple[str, ...]
    rules = tuple(onnx_model.UPDATE_RULES)
    convention = ONNX
    dtype = np.dtype(np.float32)

    def __init__(self) -> None:
        onnx_model.require("onnx")
        self._runtime = onnx_model.require("onnxruntime")
        state = self._runtime.capi.onnxruntime_pybind11_state
        known = {(s.domain or onnx_model.STANDARD, s.name) for s in state.get_all_operator_schema()}
        both = (onnx_model.MICROSOFT, onnx_model.STANDARD)
        self.operators = tuple(domain for domain in both if (domain, "LinearAttention") in known)

    def uncovered(self, operator: str, case: Case) -> str:
        """Why a case lies outside what the operator promises."""
        return onnx_model.outside(operator, case)

    def run(self, operator: str, case: Case, inputs: Arrays) -> tuple[np.ndarray, np.ndarray]:
        """Build the model of this case and run it."""
        options = self._runtime.SessionOptions()
        options.log_severity_level = QUIET
        options.intra_op_num_threads = 1
        session = self._runtime.InferenceSession(
            onnx_model.build(operator, case, inputs), options, providers=["CPUExecutionProvider"]
        )
        out, state = session.run(onnx_model.OUTPUTS, inputs)
        return out, state
