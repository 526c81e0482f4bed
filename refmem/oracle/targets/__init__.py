"""The kernels that can be checked, by the names of the command line. One file per target."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from refmem.oracle.cases import ChoiceError
from refmem.oracle.targets.callable import Group, PythonCallable, import_function
from refmem.oracle.targets.fla import make_fla
from refmem.oracle.targets.mlx import make_mlx
from refmem.oracle.targets.onnx_reference import OnnxReference
from refmem.oracle.targets.onnxruntime import OnnxRuntime
from refmem.oracle.targets.target import Target, UnavailableError
from refmem.oracle.targets.transformers import make_transformers
from refmem.signature import nearest_name

NAMED: dict[str, Callable[[], Any]] = {
    OnnxRuntime.name: OnnxRuntime,
    OnnxReference.name: OnnxReference,
    "fla": make_fla,
    "transformers": make_transformers,
    "mlx": make_mlx,
}
"""Targets that need nothing but their name."""


def find_target(name: str, rule: str | None = None, dtype: Any = None) -> Target:
    """The target of that name, or the function at `package.module:function`, which needs a rule.

    `ChoiceError` says what is wrong with the call, `UnavailableError` why the target cannot run.
    """
    if name in NAMED:
        target = NAMED[name]()
        if dtype is not None and np.dtype(dtype) != target.dtype:
            raise ChoiceError(f"dtype has value {dtype}, expected {target.dtype} for {name}")
        return target
    if ":" not in name:
        raise ChoiceError(
            f"target has name {name!r}, expected one of {', '.join(NAMED)} or "
            f"package.module:function{nearest_name(name, NAMED)}"
        )
    if rule is None:
        raise ChoiceError(f"target {name} needs --rule, because a function does not say its rule")
    return PythonCallable(import_function(name), rule, dtype or np.float32, name)


__all__ = ["NAMED", "PythonCallable", "Target", "UnavailableError", "find_target"]
