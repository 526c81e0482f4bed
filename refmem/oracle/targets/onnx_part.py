"""Operators of ONNX that take the same arrays, as a target: models are built, others run them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from refmem.oracle.border.conventions import Convention
from refmem.oracle.border.layouts import Arrays
from refmem.oracle.cases.case import Case
from refmem.oracle.targets import onnx_model
from refmem.oracle.targets.onnx_model import Operator

Evaluate = Callable[[bytes, tuple[str, ...], Arrays], Any]
"""Runs a model: (serialised, names of outputs, inputs) -> outputs."""


class OnnxPart:
    """Operators by the names of a report, with their convention and dtype.

    A label is followed by the dtype, and by that of states where it is another, unless the dtype
    is float32.
    """

    rules = tuple(onnx_model.UPDATE_RULES)

    def __init__(
        self,
        operators: Mapping[str, Operator],
        convention: Convention,
        dtype: Any,
        evaluate: Evaluate,
    ) -> None:
        self.dtype, self.convention = np.dtype(dtype), convention
        self._labelled = {f"{name}{self._suffix()}": one for name, one in operators.items()}
        self.name = ", ".join(self._labelled)
        self.operators = tuple(self._labelled)
        self._evaluate = evaluate

    def _suffix(self) -> str:
        if self.dtype == np.float32:
            return ""
        own = self.convention.state_dtype
        return f" {self.dtype}" + (f", {own} states" if own else "")

    def uncovered(self, operator: str, case: Case) -> str:
        """Why a case lies outside what the operator promises."""
        return self._labelled[operator].limit(case)

    def run(self, operator: str, case: Case, inputs: Arrays) -> tuple[np.ndarray, np.ndarray]:
        """Build the model of this case and have it run."""
        one = self._labelled[operator]
        given = one.prepare(inputs)
        model = onnx_model.build(one, case, given, self.convention)
        visible = {name: x.astype(onnx_model.shown(x.dtype)) for name, x in given.items()}
        found = self._evaluate(model, one.outputs, visible)
        results = onnx_model.results_of(one, case, self.convention, self.dtype)
        out, state = (
            x if like.dtype.kind == "f" else x.astype(like.dtype)
            for x, like in zip(found, results.values(), strict=True)
        )
        return out, state
