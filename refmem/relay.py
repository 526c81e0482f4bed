"""Relays: memories in a row, each asked for what those before it recalled.

A state of several memories, each linear in itself, is no memory linear in its state if one is read
with what another recalls through a softmax, or written with it. But one after another, each over
all tokens, they are: every form of one memory runs them all.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from refmem.signature import Inputs

if TYPE_CHECKING:
    from refmem.memory import StateForm, StateRule, Transition

Relay = Mapping[str, Callable[..., "Transition"]]
"""Name of what a memory recalls -> its transition, a function of all inputs and of what the
memories before it recalled; in the order of the state's parts. What the last recalls is the output.
"""


class Link(NamedTuple):
    """One memory of a relay, as forms see a rule."""

    name: str
    transition: Callable[..., Transition]


def run_relay(
    run: StateForm, rule: StateRule, x: Inputs, state: Any, chunk: int, keep: bool
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
