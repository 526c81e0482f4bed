"""A function of flash-linear-attention, and what it promises."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from refmem.oracle.border.conventions import Convention
from refmem.oracle.cases.case import Case
from refmem.oracle.targets.callable import PythonCallable
from refmem.oracle.targets.contract import STATE, Contract

FINAL = {"output_final_state": True}


class Function(NamedTuple):
    """Where a function is and how it is called.

    rule      what it is checked against
    path      file or module below fla/ops, and function
    names     its names where they are not those of `FLA`
    layout, extra   as in `Convention` and `Contract`
    state     "both" ways, only "out" (it takes none), or "none" (it returns none either)
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
            contract=Contract(
                lacks=self.lacks if self.state == "both" else (*self.lacks, STATE),
                returns=("out",) if self.state == "none" else (),
                square=self.square,
                multiple=self.multiple,
                widths=self.widths,
                extra=self.extra,
            ),
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
        if self.scale == "required" and case.regime.scale is None:
            return "the function has no default for its scale"
        absent = [name for name in self.needs if name not in case.inputs]
        return f"the function needs {absent[0]}" if absent else ""
