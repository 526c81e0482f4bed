"""What a form is, and what it needs to know of the memory that it runs."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Protocol

import numpy as np

from refmem.derivative.recording import Recording
from refmem.grammar.inputs import Inputs
from refmem.grammar.lookup import Lookup
from refmem.grammar.relay import Relay
from refmem.grammar.transition import Transition


class Linear(Protocol):
    """A memory that is linear in its state, or a link of a relay."""

    name: str
    transition: Callable[..., Transition] | None


class Named(Protocol):
    """Whatever runs in several forms."""

    @property
    def forms(self) -> tuple[str, ...]:
        """Their names, the definition first."""


class StateMemory(Linear, Protocol):
    """A memory with a finite state."""

    step: Callable[..., tuple[Any, np.ndarray]]

    @property
    def relay(self) -> Relay:
        """The memories that it is, in a row, if it is several."""


class CacheMemory(Protocol):
    """A memory that keeps everything."""

    name: str
    attend: Callable[..., tuple[Any, np.ndarray]]
    lookup: Callable[..., Lookup]


class Unitwise(Protocol):
    """A memory whose definition takes a unit of tokens at a time."""

    def advance(self, S: Any, x: Inputs) -> tuple[Any, np.ndarray]:
        """The memory after these tokens, and their outputs."""


Run = tuple[np.ndarray, Any, Any]
"""Outputs, the last state, and the state after every token or None."""

Form = Callable[[Any, Inputs, Any, int, bool], Run]
"""(memory, inputs, state, chunk, whether to keep every state): how a memory runs."""

AdjointForm = Callable[[Any, Inputs, Any, int], Recording]
"""(memory, inputs, state, chunk): a linear rule's run that its adjoint can pull back."""
