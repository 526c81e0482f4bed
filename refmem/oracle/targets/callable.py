"""A Python function `function(q, k, v, ..., state=S0) -> (out, state)`, in any convention."""

from __future__ import annotations

import importlib
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from refmem.memory import StaticRule
from refmem.oracle.border.arrays import to_library
from refmem.oracle.border.conventions import REFMEM, Convention
from refmem.oracle.border.layouts import Arrays
from refmem.oracle.cases.case import Case, find_rule
from refmem.oracle.cases.reference import state_of
from refmem.oracle.targets.target import UnavailableError
from refmem.support.threads import one_thread


class PythonCallable:
    """Calls a function with every input by its name in a convention, as arrays of a library.

    `scale` and the state are passed only where a case has them. Arithmetic takes one thread, which
    for cases of this size is soonest; a function may set its own number.

    extra      keyword arguments of every call
    state      "both" ways, only "out" (it takes none), or "none" (it returns none either)
    limit      why a case lies outside what the function promises; "" if it does not
    device     of torch, such as "cuda"
    backward   whether it has gradients
    vjp        what gives them where it is not autograd: a function of the same arguments, and of
               dout and dstate; for NumPy, an attribute of that name unless it is passed
    """

    def __init__(
        self,
        function: Callable[..., Any],
        rule: str,
        dtype: Any = np.float32,
        name: str = "",
        convention: Convention = REFMEM,
        library: str = "numpy",
        *,
        extra: Mapping[str, Any] | None = None,
        state: str = "both",
        limit: Callable[[Case], str] | None = None,
        device: str = "",
        backward: bool = True,
        vjp: Callable[..., Any] | None = None,
    ) -> None:
        self.name = name or getattr(function, "__name__", "function")
        self.operators: tuple[str, ...] = (self.name,)
        self.rules: tuple[str, ...] = (find_rule(rule).name,)
        self.dtype, self.convention = np.dtype(dtype), convention
        self.stateless = self.operators if state == "none" else ()
        self.function, self.library, self.device = function, library, device
        self.backward = backward
        self.vjp = getattr(function, "vjp", None) if vjp is None and library == "numpy" else vjp
        self._extra, self._state, self._limit = dict(extra or {}), state, limit

    def uncovered(self, operator: str, case: Case) -> str:
        """Why a case lies outside what the function promises."""
        if self._state != "both" and case.regime.state and not isinstance(case.rule, StaticRule):
            return "the function takes no initial state"
        return self._limit(case) if self._limit else ""

    def run(self, operator: str, case: Case, inputs: Arrays) -> Any:
        """Call the function."""
        given = {n: to_library(x, self.library, self.device) for n, x in inputs.items()}
        with one_thread():
            result = self.function(**self.with_state(case, given), **self.options_of(case))
        if self._state == "none":
            return (result[0] if isinstance(result, tuple) else result), None
        return result

    def with_state(self, case: Case, given: dict[str, Any]) -> dict[str, Any]:
        """The arguments, fields of a state joined as the rule's own kind of state."""
        fields = {n: self.convention.name(n) for n in case.axes if n.startswith("state.")}
        theirs = {name: given[field] for name, field in fields.items()}
        others = {name: x for name, x in given.items() if name not in fields.values()}
        return others | {"state": state_of(case, theirs)} if fields else given

    def options_of(self, case: Case) -> dict[str, Any]:
        """The keyword arguments of a call that are not arrays."""
        options = self._extra | options_of(case, self.convention)
        if "scale" in options and self.library == "numpy" and self.dtype.kind == "f":
            options["scale"] = self.dtype.type(options["scale"])
        return options


def options_of(case: Case, convention: Convention) -> dict[str, Any]:
    """What a call is told beside its arrays: a scale, unless the callee has it of itself."""
    options = dict(case.options)
    if convention.scale != "1" and case.regime.scale is not None and case.rule.scaled:
        options["scale"] = case.regime.scale
    if not convention.takes_scale:
        options.pop("scale", None)
    return options


class Group:
    """Several kernels of one origin, each with its own rules, convention and dtype.

    making   arguments of `find_target`, where they run in a process that makes them
    """

    def __init__(
        self, name: str, parts: Sequence[Any], making: dict[str, Any] | None = None
    ) -> None:
        self.making = making
        self.name, self.parts = name, tuple(parts)
        self.rules = tuple(dict.fromkeys(rule for part in parts for rule in part.rules))
        self.operators = tuple(operator for part in parts for operator in part.operators)


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
