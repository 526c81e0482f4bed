"""A Python function in refmem's own grammar: `function(q, k, v, ..., state=S0) -> (out, state)`."""

from __future__ import annotations

import importlib
from collections.abc import Callable
from typing import Any

import numpy as np

from refmem.oracle.cases import Case, find_rule
from refmem.oracle.conventions import REFMEM, Arrays
from refmem.oracle.targets.target import UnavailableError


class PythonCallable:
    """Calls a function with every input by name; `scale` and `state` only where a case has them."""

    convention = REFMEM

    def __init__(
        self, function: Callable[..., Any], rule: str, dtype: Any = np.float32, name: str = ""
    ) -> None:
        self.name = name or getattr(function, "__name__", "function")
        self.operators: tuple[str, ...] = (self.name,)
        self.rules: tuple[str, ...] = (find_rule(rule).name,)
        self.dtype = np.dtype(dtype)
        self._function = function

    def uncovered(self, operator: str, case: Case) -> str:
        """Nothing: the grammar has no exceptions."""
        return ""

    def run(self, operator: str, case: Case, inputs: Arrays) -> tuple[Any, Any]:
        """Call the function."""
        options = {name: self.dtype.type(value) for name, value in case.options.items()}
        result = self._function(**inputs, **options)
        if not isinstance(result, tuple | list) or len(result) != 2:
            raise TypeError(f"returned {type(result).__name__}, expected (out, state)")
        return result[0], result[1]


def import_function(path: str) -> Callable[..., Any]:
    """The function at `package.module:function`, or `UnavailableError` with the reason."""
    module_name, _, attribute = path.partition(":")
    try:
        found: Any = importlib.import_module(module_name)
        for part in attribute.split("."):
            found = getattr(found, part)
    except Exception as error:
        reason = f"{type(error).__name__}: {error}"
        raise UnavailableError(f"{path} does not import: {reason}") from error
    if not callable(found):
        raise UnavailableError(f"{path} is a {type(found).__name__}, expected a function")
    return found
