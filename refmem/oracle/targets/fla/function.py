"""A function of flash-linear-attention, and what it promises."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from refmem.oracle.border.conventions import Convention
from refmem.oracle.cases.case import Case
from refmem.oracle.targets.callable import PythonCallable

FINAL = {"output_final_state": True}


class Function(NamedTuple):
    """Where a function is and how it is called.

    rule      what it is checked against
    path      file or module below fla/ops, and function
    names     its names where they are not those of `FLA`
    layout, extra, state   as in `Convention` and `PythonCallable`
    multiple  how many tokens it works in multiples of
    groups    which heads may be more than the others
    scale     "optional", "required", "fixed" at 1/sqrt(K), "one" if it is 1 where none is passed,
              or "none" if it is 1 and cannot be passed
    norm      how it normalises q and k, and eps of that; as in `Convention`
    square    whether values must be as wide as keys
    widths    the widths of keys that it takes, if not all
    lacks     inputs of the rule that it does not take
    needs     inputs that the rule may do without, and it does not
    packs     whether it takes cu_seqlens
    backward  whether it has gradients
    """

    rule: str
    path: str
    names: Mapping[str, str] = {}
    layout: str = "bthd"
    extra: Mapping[str, Any] = {}
    state: str = "both"
    multiple: int = 1
    groups: tuple[str, ...] = ()
    scale: str = "optional"
    norm: tuple[str, float] = ("", 0)
    square: bool = False
    widths: tuple[int, ...] = ()
    lacks: tuple[str, ...] = ()
    needs: tuple[str, ...] = ()
    packs: bool = True
    backward: bool = True

    @property
    def name(self) -> str:
        """That of the function."""
        return self.path.partition(":")[2]

    def target(
        self,
        function: Callable[..., Any],
        base: Convention,
        dtype: Any,
        label: str = "",
        device: str = "",
    ) -> PythonCallable:
        """The function as a target, in a convention of the project with its own differences."""
        convention = dataclasses.replace(
            base,
            names={**base.names, **self.names},
            layout=base.layout if base.layout == "varlen" else self.layout,
            scale="1" if self.scale in ("one", "none") else base.scale,
            takes_scale=self.scale not in ("fixed", "none"),
            norm=self.norm[0],
            eps=self.norm[1],
            groups=self.groups,
        )
        return PythonCallable(
            function,
            self.rule,
            dtype,
            label or self.name,
            convention,
            "torch",
            extra=self.extra,
            state=self.state,
            limit=self.outside,
            device=device,
            backward=self.backward,
        )

    def outside(self, case: Case) -> str:
        """Why a case lies outside what the function promises; "" if it does not."""
        tokens = case.inputs["q"].shape[-2]
        if tokens == 0:
            return "no tokens"
        if case.regime.options:
            return "the function is called without options"
        if case.regime.sharing == "beta":
            return "beta is documented as one number a head"
        if tokens % self.multiple:
            return f"the function works on multiples of {self.multiple} tokens"
        if self.scale == "required" and case.regime.scale is None:
            return "the function has no default for its scale"
        if self.square and case.regime.K != case.regime.V:
            return "the function takes values as wide as keys"
        if self.widths and case.regime.K not in self.widths:
            return f"the function takes keys of width {', '.join(map(str, self.widths))}"
        absent = [name for name in self.needs if name not in case.inputs]
        if absent:
            return f"the function needs {absent[0]}"
        given = [name for name in self.lacks if name in case.inputs]
        return f"the function has no {given[0]}" if given else ""
