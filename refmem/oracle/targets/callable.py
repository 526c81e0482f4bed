"""A Python function `function(q, k, v, ..., state=S0) -> (out, state)`, in any convention."""

from __future__ import annotations

import dataclasses
import importlib
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from refmem.memory.rule import Rule
from refmem.oracle.border.arrays import as_numpy, to_library
from refmem.oracle.border.conventions import REFMEM, Convention
from refmem.oracle.border.layouts import STATE, Arrays
from refmem.oracle.cases.case import Case, find_rule
from refmem.oracle.cases.inputs import empty_state
from refmem.oracle.cases.reference import state_of
from refmem.oracle.targets.arguments import found, needed, told
from refmem.oracle.targets.contract import ANYTHING, Contract
from refmem.oracle.targets.results import taken_apart
from refmem.oracle.targets.target import UnavailableError
from refmem.support.threads import one_thread
from refmem.support.wording import what_was_raised


class PythonCallable:
    """Calls a function with every input by its name in a convention, as arrays of a library.

    `scale` and the state are passed only where a case has them, or where the function needs them:
    then it gets its usual scale, or a memory of zeros. Arithmetic takes one thread, which
    for cases of this size is soonest; a function may set its own number.

    contract   what it lacks, returns and promises; what its signature shows is added
    limit      why else a case lies outside what the function promises; "" if it does not
    device     of torch, such as "cuda"
    backward   whether it has gradients
    vjp        what gives them where it is not autograd: a function of the same arguments, and of
               dout and dstate; for NumPy, an attribute of that name unless it is passed
    """

    def __init__(
        self,
        function: Callable[..., Any],
        rule: str | Rule,
        dtype: Any = np.float32,
        name: str = "",
        convention: Convention = REFMEM,
        library: str = "numpy",
        *,
        contract: Contract = ANYTHING,
        limit: Callable[[Case], str] | None = None,
        device: str = "",
        backward: bool = True,
        vjp: Callable[..., Any] | None = None,
    ) -> None:
        self.name = name or getattr(function, "__name__", "function")
        self.operators: tuple[str, ...] = (self.name,)
        known = find_rule(rule)
        self.rules: tuple[str, ...] = (known.path,)
        self.dtype, self.convention = np.dtype(dtype), told(function, convention)
        self.contract = contract.beside(convention.contract)
        self.lacking(found(function, known, convention, self.contract).lacks)
        self.stateless = () if self.contract.gives_state else self.operators
        self.function, self.library, self.device = function, library, device
        self._needs = needed(function)
        self.backward = backward
        self.vjp = getattr(function, "vjp", None) if vjp is None and library == "numpy" else vjp
        self._limit = limit

    def lacking(self, names: tuple[str, ...]) -> None:
        """Declare what it does not take; `ChoiceError` where every call needs it."""
        self.contract = dataclasses.replace(self.contract, lacks=tuple(names))
        self.contract.check_for(find_rule(self.rules[0]))
        if "scale" in names:
            self.convention = dataclasses.replace(self.convention, takes_scale=False)

    def uncovered(self, operator: str, case: Case) -> str:
        """Why a case lies outside what the function promises."""
        return self.contract.why_not(case) or (self._limit(case) if self._limit else "")

    def run(self, operator: str, case: Case, inputs: Arrays) -> Any:
        """Call the function."""
        given = {n: to_library(x, self.library, self.device) for n, x in inputs.items()}
        arguments, state = self.with_state(case, given), self.convention.name("state")
        passed = arguments.get(state)
        before = as_numpy(passed).copy() if hasattr(passed, "shape") else None
        with one_thread():
            result = self.function(**arguments, **self.options_of(case))
        axes = self.axes_of_state(case)
        return taken_apart(result, self.contract, case, axes, before, passed)

    def axes_of_state(self, case: Case) -> int | None:
        """How many axes the state of a case has as the function gives it; None if it has fields."""
        kind = empty_state(case.rule)
        if not isinstance(kind, np.ndarray):
            return None
        if self.convention.layout != "grammar":
            return kind.ndim
        name = next(name for name in case.inputs if name in case.axes)
        return case.inputs[name].ndim - len(case.axes[name]) + kind.ndim - 2

    def with_state(self, case: Case, given: dict[str, Any]) -> dict[str, Any]:
        """The arguments, fields of a state joined as the rule's own kind of state."""
        theirs = self.convention.name("state")
        if theirs in self._needs and theirs not in given and case.state_shape:
            empty = self.convention.part_to_foreign(
                "state", np.zeros(case.state_shape), STATE, self.dtype
            )
            return given | {theirs: to_library(empty, self.library, self.device)}
        fields = {n: self.convention.name(n) for n in case.axes if n.startswith("state.")}
        own = {name: given[field] for name, field in fields.items()}
        others = {name: x for name, x in given.items() if name not in fields.values()}
        return others | {"state": state_of(case, own)} if fields else given

    def options_of(self, case: Case) -> dict[str, Any]:
        """The keyword arguments of a call that are not arrays."""
        lacking = {self.convention.name(name) for name in self.contract.lacks}
        known = options_of(case, self.convention)
        options = dict(self.contract.extra) | {n: x for n, x in known.items() if n not in lacking}
        scale = self.convention.name("scale")
        if scale in self._needs and scale not in options and case.rule.scaled:
            options[scale] = usual_scale(case, self.convention)
        if scale in options and self.library == "numpy" and self.dtype.kind == "f":
            options[scale] = self.dtype.type(options[scale])
        return options


def usual_scale(case: Case, convention: Convention) -> float:
    """The scale of a case that passes none."""
    own = convention.default_scale(case.regime.K, case.regime.V)
    rules = 1.0 if case.rule.scale_default is None else case.regime.K**-0.5
    return rules if own is None else own


def options_of(case: Case, convention: Convention) -> dict[str, Any]:
    """What a call is told beside its arrays, by the callee's names: what its convention passes
    always, the case's options, and a scale, unless the callee has it of itself.
    """
    options = dict(case.options)
    if convention.scale != "1" and case.regime.scale is not None and case.rule.scaled:
        options["scale"] = case.regime.scale
    if not convention.takes_scale:
        options.pop("scale", None)
    return dict(convention.extra) | {convention.name(n): value for n, value in options.items()}


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
        reason = what_was_raised(error).removeprefix("raised ")
        raise UnavailableError(f"{path} does not import: {reason}") from error
    if not callable(found):
        raise UnavailableError(f"{path} is a {type(found).__name__}, expected a function")
    return found
