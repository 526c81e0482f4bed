"""A memory with a finite state: step(S, ...) -> S, out defines it, transition(...) places it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

import numpy as np

from refmem.algebra import zeros
from refmem.derivative.recording import Recording
from refmem.forms import ADJOINT_FORMS, STATE_FORMS
from refmem.forms.form import StateForm
from refmem.forms.relay import run_relay
from refmem.forms.taped import Definition
from refmem.grammar.binding import bind_state
from refmem.grammar.inputs import Default, Inputs
from refmem.grammar.relay import Relay
from refmem.grammar.state import each
from refmem.grammar.transition import Transition
from refmem.memory.result import Result, Trace
from refmem.memory.rule import Rule


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
        inputs: Mapping[str, str] | None = None,
        defaults: Mapping[str, Default | None] | None = None,
        options: Mapping[str, Any] | None = None,
        initial: Callable[[Inputs], Any] = empty_matrix,
        relay: Relay | None = None,
        own_forms: Mapping[str, StateForm] | None = None,
        standard: tuple[str, ...] = ("q", "k", "v"),
        scaled: tuple[str, ...] = ("q",),
    ) -> None:
        self.step, self.transition, self.objective = step, transition, objective
        self.initial, self.relay = initial, dict(relay or {})
        super().__init__(
            step, inputs, defaults, options, scaled, standard=standard, own_forms=own_forms
        )

    @property
    def forms(self) -> tuple[str, ...]:
        """Names of the forms this rule runs in; the first is its definition."""
        general = STATE_FORMS if self.transition or self.relay else ("recurrent",)
        return (*general, *self.own_forms)

    def __call__(
        self,
        *args: Any,
        state: Any = None,
        form: str | None = None,
        chunk: int | None = None,
        scale: Any = None,
        states: bool = False,
        **given: Any,
    ) -> Result | Trace:
        """Run the memory over a sequence; `help` of the rule has the equation and shapes."""
        form, chunk = self.choose_form(form), self.check_chunk(chunk)
        S, x = self.start(state, self.bind(args, given, state, scale))
        run = self.own_forms.get(form) or STATE_FORMS[form]
        if self.relay and form in STATE_FORMS and form != self.forms[0]:
            run = partial(run_relay, run)
        out, S, after = run(self, x, S, chunk, states)
        return Trace(out, S, after) if states else Result(out, S)

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
        if form is None or x.T == 0 or form not in ADJOINT_FORMS or self.transition is None:
            return Definition(self, x, S, self.unit(x), chunk)
        return ADJOINT_FORMS[form](self, x, S, chunk)
