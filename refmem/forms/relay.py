"""A relay in any form: its memories one after another, each over all tokens.

Derivatives go the other way. What a memory recalls enters the later ones by their transitions, so
it is pulled back once they all have been:

    dL/dout of the last   is given
    dL/dout of another    is what the memories after it owe to what it recalled
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np

from refmem.algebra import zeros
from refmem.derivative.recording import Recording
from refmem.derivative.tape import pull, traced, values
from refmem.forms.form import AdjointForm, Form, StateMemory
from refmem.forms.taped import plain
from refmem.grammar.inputs import Inputs
from refmem.grammar.transition import Transition


class Link(NamedTuple):
    """One memory of a relay, as forms see a rule."""

    name: str
    transition: Callable[..., Transition]


def run_relay(
    run: Form, rule: StateMemory, x: Inputs, state: Any, chunk: int, keep: bool
) -> tuple[np.ndarray, Any, Any]:
    """Each memory by the form `run`: outputs, the last states, and those after every token."""
    recalled: dict[str, np.ndarray] = {}
    last, after = [], []
    for (name, transition), S in zip(rule.relay.items(), state, strict=True):
        link: Any = Link(rule.name, transition)
        recalled[name], S, states = run(link, given_to(S, x, recalled), S, chunk, keep)
        last.append(S)
        after.append(states)
    return recalled[name], type(state)(*last), type(state)(*after) if keep else None


def given_to(S: Any, x: Inputs, recalled: dict[str, np.ndarray]) -> Inputs:
    """What a memory is a function of: all inputs, and what those before it recalled."""
    axes = x.axes | {known: ("T", known) for known in recalled}
    return Inputs(x.arrays | recalled, axes, x.sizes | {"V": S.shape[-1]}, x.lead, x.options)


class Pulled(NamedTuple):
    """One memory's run, and the traced arrays and first state that it was a function of."""

    run: Recording
    arrays: dict[str, Any]
    S: Any


class RelayAdjoint:
    """A relay run forward by one form's adjoints, to be pulled back from its last memory to its
    first.

    out    outputs (..., T, V)
    state  the last states
    """

    def __init__(
        self, record: AdjointForm, rule: StateMemory, x: Inputs, state: Any, chunk: int
    ) -> None:
        self.traced, x, first = (x.arrays, state), plain(x), values(state)
        self.memories: dict[str, Pulled] = {}
        recalled: dict[str, np.ndarray] = {}
        for (name, transition), S in zip(rule.relay.items(), traced(first), strict=True):
            given = given_to(S, x, recalled)
            given = given.replace(**traced(given.arrays))
            run = record(Link(rule.name, transition), given, S, chunk)
            recalled[name], self.memories[name] = run.out, Pulled(run, given.arrays, S)
        self.out = recalled[name]
        self.state = type(state)(*(memory.run.state for memory in self.memories.values()))

    def pull(self, dout: np.ndarray, dstate: Any) -> tuple[Any, Any]:
        """The arrays of the call and its first states, and the derivatives by them."""
        last, *_ = reversed(self.memories)
        arrays = self.memories[last].arrays
        by = {name: zeros(x.shape, values(x)) for name, x in arrays.items()} | {last: dout}
        by_first = []
        for name, dS in zip(reversed(self.memories), reversed(dstate), strict=True):
            run, arrays, S = self.memories[name]
            results, by_results = run.pull(by.pop(name), dS)
            by_arrays, by_S = pull(results, by_results, (arrays, S))
            by |= {n: by[n] + d for n, d in by_arrays.items()}
            by_first.append(by_S)
        return self.traced, (by, type(dstate)(*reversed(by_first)))
