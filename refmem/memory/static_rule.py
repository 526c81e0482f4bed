"""A memory whose keys and values are weights: read(...) -> out defines it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Unpack

import numpy as np

from refmem.derivative.recording import Recording
from refmem.forms.form import Form, Run
from refmem.forms.taped import Definition
from refmem.grammar.inputs import Default, Inputs
from refmem.grammar.kinds import Input
from refmem.memory.rule import Facts, Rule


class StaticRule(Rule):
    """A memory whose keys and values are weights: reading changes nothing, so its state is None.

    read        read(**inputs) -> out: the definition
    energy      energy(**inputs): what every step of the read makes smaller, where there is one
    inputs      axes of every input, in the order of a call
    defaults, options   as for a StateRule
    own_forms   other ways to the same read, by name
    """

    stateful = False

    def __init__(
        self,
        read: Callable[..., np.ndarray],
        energy: Callable[..., np.ndarray] | None = None,
        *,
        inputs: Mapping[str, Input | str],
        defaults: Mapping[str, Default | None] | None = None,
        options: Mapping[str, Any] | None = None,
        own_forms: Mapping[str, Callable[..., np.ndarray]] | None = None,
        **facts: Unpack[Facts],
    ) -> None:
        super().__init__(
            read, inputs, defaults, options, scaled=(), standard=(), own_forms=own_forms, **facts
        )
        self.read, self.energy = read, energy

    @property
    def forms(self) -> tuple[str, ...]:
        """Names of the forms this rule runs in; the first is its definition."""
        return ("read", *self.own_forms)

    def runner(self, form: str) -> Form:
        """How the memory is read for every token, in a form."""
        read = self.own_forms.get(form, self.read)

        def run(rule: Any, x: Inputs, state: None, chunk: int, keep: bool) -> Run:
            out = read(**x.arguments)
            if any(np.may_share_memory(out, given) for given in x.arrays.values()):
                out = out.copy()  # what no step has changed is the input itself
            return out, None, [None] * x.T if keep else None

        return run

    def start(self, state: Any, x: Inputs) -> tuple[None, Inputs]:
        """No memory changes, so there is none to start from."""
        if state is not None:
            raise TypeError(
                f"{self.name}: state has a value, expected none, because this memory is made of "
                "weights"
            )
        return None, x

    def unit(self, x: Inputs) -> int | None:
        """How many tokens the definition takes at a time: all."""
        return None

    def advance(self, state: None, x: Inputs) -> tuple[None, np.ndarray]:
        """The definition."""
        return None, self.read(**x.arguments)

    def record(self, x: Inputs, state: None, form: str | None, chunk: int) -> Recording:
        """Run on traced arrays so as to be pulled back."""
        return Definition(self, x, state, self.unit(x), every=1)
