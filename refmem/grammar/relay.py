"""Relays: memories in a row, each asked for what those before it recalled.

Together they are not linear in their state, because one is read or written with what another
recalls. Run one after another over all tokens, each is, so every form applies; and so does every
adjoint, from the last memory back to the first.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from refmem.grammar.transition import Transition

Relay = Mapping[str, Callable[..., Transition]]
"""Name of what a memory recalls -> its transition, a function of all inputs and of what the
memories before it recalled; in the order of the state's parts. What the last recalls is the output.
"""
