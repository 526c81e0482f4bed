"""A relay in any form: its memories one after another, each over all tokens."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np

from refmem.forms.form import StateForm, StateMemory
from refmem.grammar.inputs import Inputs
from refmem.grammar.transition import Transition


class Link(NamedTuple):
    """One memory of a relay, as forms see a rule."""

    name: str
    transition: Callable[..., Transition]


def run_relay(
    run: StateForm, rule: StateMemory, x: Inputs, state: Any, chunk: int, keep: bool
) -> tuple[np.ndarray, Any, Any]:
    """Each memory by the form `run`: outputs, the last states, and those after every token."""
    recalled: dict[str, np.ndarray] = {}
    last, after = [], []
    for (name, transition), S in zip(rule.relay.items(), state, strict=True):
        axes = x.axes | {known: ("T", known) for known in recalled}
        sizes = x.sizes | {"V": S.shape[-1]}
        given = Inputs(x.arrays | recalled, axes, sizes, x.lead, x.options)
        link: Any = Link(rule.name, transition)
        recalled[name], S, states = run(link, given, S, chunk, keep)
        last.append(S)
        after.append(states)
    return recalled[name], type(state)(*last), type(state)(*after) if keep else None
