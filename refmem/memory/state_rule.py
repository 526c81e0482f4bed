"""A memory with a finite state: step(S, ...) -> S, out defines it, transition(...) places it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any, Unpack

import numpy as np

from refmem.algebra import zeros
from refmem.derivative.recording import Recording
from refmem.forms import ADJOINT_FORMS, STATE_FORMS
from refmem.forms.form import Form
from refmem.forms.relay import RelayAdjoint, run_relay
from refmem.forms.taped import Definition
from refmem.grammar.binding import bind_state
from refmem.grammar.inputs import Default, Inputs
from refmem.grammar.kinds import Input
from refmem.grammar.relay import Relay
from refmem.grammar.state import each
from refmem.grammar.transition import Transition
from refmem.memory.rule import Facts, Rule


def empty_matrix(x: Inputs) -> np.ndarray:
    """The memory that recalls zero: (..., K, V)."""
    return zeros((*x.lead, x.K, x.V), x.like)


class StateRule(Rule):
    """A memory with a finite state.

    step        step(S, **one token's inputs) -> S, out: the definition
    transition  transition(**all tokens' inputs) -> Transition, where the rule is linear in S
    relay       the same for each of several memories in a row: see `refmem.grammar.relay`
    objective   objective(S, ...): what a write makes smaller
    inputs      axes of each input beyond q, k, v, such as {"beta": "T"}
    defaults    inputs that may be left out: functions of the others and the state, or None for
                those that the rule's functions then do not get
    options     keyword arguments that are not arrays, with their defaults
    initial     the empty memory, from the inputs
    own_forms   forms that only this rule has, by name; they come last
    standard    which of q, k, v the rule takes; they come first
    scaled      inputs that `scale` multiplies; none where the rule takes no scale
    """

    def __init__(
        self,
        step: Callable[..., tuple[Any, np.ndarray]],
        transition: Callable[..., Transition] | None = None,
        objective: Callable[..., np.ndarray] | None = None,
        *,
        inputs: Mapping[str, Input | str] | None = None,
        defaults: Mapping[str, Default | None] | None = None,
        options: Mapping[str, Any] | None = None,
        initial: Callable[[Inputs], Any] = empty_matrix,
        relay: Relay | None = None,
        own_forms: Mapping[str, Form] | None = None,
        standard: tuple[str, ...] = ("q", "k", "v"),
        scaled: tuple[str, ...] = ("q",),
        **facts: Unpack[Facts],
    ) -> None:
        self.step, self.transition, self.objective = step, transition, objective
        self.initial, self.relay = initial, dict(relay or {})
        super().__init__(
            step,
            inputs,
            defaults,
            options,
            scaled,
            standard=standard,
            own_forms=own_forms,
            **facts,
        )

    @property
    def forms(self) -> tuple[str, ...]:
        """Names of the forms this rule runs in; the first is its definition. Gradients take all but
        its own."""
        general = STATE_FORMS if self.transition or self.relay else ("recurrent",)
        return (*general, *self.own_forms)

    def runner(self, form: str) -> Form:
        """How the memory runs over a sequence in a form."""
        if form in self.own_forms:
            return self.own_forms[form]
        if self.relay and form != self.forms[0]:
            return partial(run_relay, STATE_FORMS[form])
        return STATE_FORMS[form]

    def start(self, state: Any, x: Inputs) -> tuple[Any, Inputs]:
        """The memory before the first token, and the inputs with its leading axes."""
        return bind_state(self.name, state, self.initial(x), x)

    def unit(self, x: Inputs) -> int | None:
        """How many tokens the definition takes at a time."""
        return 1

    def advance(self, S: Any, x: Inputs) -> tuple[Any, np.ndarray]:
        """The definition, for one unit of tokens."""
        if x.like.dtype == object and not x.lead:
            # arithmetic on an object array of no axes would leave a bare number
            S, out = self.advance(each(lambda part: part[None], S), x.broadcast((1,)))
            return each(lambda part: part[0, ...], S), out[0, ...]
        S, out = self.step(S, **x.token(0))
        return S, out[..., None, :]

    def record(self, x: Inputs, S: Any, form: str | None, chunk: int) -> Recording:
        """Run on traced arrays so as to be pulled back: the definition, or a form's adjoint."""
        if form is None or x.T == 0 or not (self.transition or self.relay):
            return Definition(self, x, S, self.unit(x), chunk)
        if self.relay:
            return RelayAdjoint(ADJOINT_FORMS[form], self, x, S, chunk)
        return ADJOINT_FORMS[form](self, x, S, chunk)
