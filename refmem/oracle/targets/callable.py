"""A Python function `function(q, k, v, ..., state=S0) -> (out, state)`, in any convention."""

from __future__ import annotations

import importlib
from collections.abc import Callable
from typing import Any

import numpy as np

from refmem.oracle.arrays import to_library
from refmem.oracle.cases import Case, find_rule
from refmem.oracle.conventions import REFMEM, Convention
from refmem.oracle.layouts import Arrays
from refmem.oracle.reference import state_of
from refmem.oracle.targets.target import UnavailableError


class PythonCallable:
    """Calls a function with every input by its name in a convention, as arrays of a library.

    `scale` and the state are passed only where a case has them.
    """

    def __init__(
        self,
        function: Callable[..., Any],
        rule: str,
        dtype: Any = np.float32,
        name: str = "",
        convention: Convention = REFMEM,
        library: str = "numpy",
    ) -> None:
        self.name = name or getattr(function, "__name__", "function")
        self.operators: tuple[str, ...] = (self.name,)
        self.rules: tuple[str, ...] = (find_rule(rule).name,)
        self.dtype, self.convention = np.dtype(dtype), convention
        self._function, self._library = function, library

    def uncovered(self, operator: str, case: Case) -> str:
        """Nothing: a function has no exceptions."""
        return ""

    def run(self, operator: str, case: Case, inputs: Arrays) -> Any:
        """Call the function."""
        given = {name: to_library(x, self._library) for name, x in inputs.items()}
        return self._function(**self._with_state(case, given), **self._options(case))

    def _with_state(self, case: Case, given: dict[str, Any]) -> dict[str, Any]:
        """The arguments, fields of a state joined as the rule's own kind of state."""
        fields = [name for name in case.axes if name.startswith("state.")]
        theirs = {name: given.pop(self.convention.name(name)) for name in fields}
        return given if not fields else given | {"state": state_of(case, theirs)}

    def _options(self, case: Case) -> dict[str, Any]:
        options = dict(case.options)
        if self.convention.scale != "1" and case.regime.scale is not None and case.rule.scaled:
            options["scale"] = case.regime.scale
        plain = self._library == "numpy" and self.dtype.kind == "f"
        return {name: self.dtype.type(x) if plain else x for name, x in options.items()}


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
