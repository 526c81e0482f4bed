"""What a call does to the slots of a pool, and the definition of what each then holds.

    run(slots, inputs, lengths)       the next tokens of several requests, one after another on the
                                      time axis: a piece of a prompt, or one token each
    verify(..., accepted)             outputs of all drafts, the memory after those accepted
    copy(source, target)              fork, share a prefix, take or restore a snapshot, move
    clear(slot)                       its request has left; the next one begins from nothing
    read(slot), write(slot, kept)     evict what a slot holds, and bring it back

Slot -1 is padding: it belongs to no request, and no call writes anything for it. Tokens after the
last sequence belong to nobody either, and may hold anything. Outputs of both are zero here.

The contract is one sentence: **after any calls a slot holds, and every call returns, what the
request's own tokens give, run alone from the first to the last.** `Alone` is that sentence as code.
It hands no state on, so nothing in it can be stale, shared or dirty.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Protocol

import numpy as np

from refmem.algebra import zeros
from refmem.grammar.binding import as_arrays, bind_shapes
from refmem.grammar.inputs import Inputs

PADDING = -1


class Memory(Protocol):
    """What can be served: a rule, a rule behind a convolution, a layer."""

    @property
    def name(self) -> str:
        """As errors say it."""

    @property
    def inputs(self) -> Mapping[str, str]:
        """Its inputs' axes, such as {"alpha": "T"}."""

    @property
    def options(self) -> Mapping[str, Any]:
        """What else it takes, with defaults."""

    def __call__(self, *, state: Any = None, **inputs: Any) -> Any:
        """Run over a sequence from a state."""


class Slots:
    """The calls, whatever a slot holds; a slot without a request holds None.

    What a slot holds is never changed in place: two slots may hold the same.
    """

    def __init__(self, memory: Memory, slots: int) -> None:
        self.memory = memory
        self.slots: list[Any] = [None] * slots

    def run(
        self, slots: Sequence[int], inputs: Mapping[str, Any], lengths: Sequence[int]
    ) -> np.ndarray:
        """The outputs of lengths[n] more tokens for each slots[n]."""
        return self.verify(slots, inputs, lengths, lengths)

    def verify(
        self,
        slots: Sequence[int],
        inputs: Mapping[str, Any],
        lengths: Sequence[int],
        accepted: Sequence[int],
    ) -> np.ndarray:
        """The same of all, of which the memory then has the first accepted[n] alone."""
        x = bound(self.memory, inputs)
        self._check(slots, lengths, accepted, x.T)
        outs, start = [], 0
        for slot, length, kept in zip(slots, lengths, accepted, strict=True):
            part = x.tokens(start, start + length)
            outs.append(self.nobody(part) if slot == PADDING else self.go_on(slot, part, kept))
            start += length
        if start < x.T or not outs:
            outs.append(self.nobody(x.tokens(start, x.T)))
        return np.concatenate(outs, axis=-2)

    def go_on(self, slot: int, x: Inputs, accepted: int) -> np.ndarray:
        """The outputs of a request's next tokens, of which the first `accepted` stay."""
        raise NotImplementedError

    def state(self, slot: int) -> Any:
        """The memory that lies in a slot."""
        raise NotImplementedError

    def nobody(self, x: Inputs) -> np.ndarray:
        """Outputs of tokens that belong to no request."""
        out = self.memory(**x.tokens(0, 0).arguments).out
        return zeros((*out.shape[:-2], x.T, out.shape[-1]), out)

    def copy(self, source: int, target: int) -> None:
        """The target holds what the source does; from here on they go different ways."""
        self.slots[target] = self.slots[source]

    def clear(self, slot: int) -> None:
        """The slot is as if no request had been there."""
        self.slots[slot] = None

    def read(self, slot: int) -> Any:
        """What the slot holds now, for `write`: later calls do not change it."""
        return self.slots[slot]

    def write(self, slot: int, kept: Any) -> None:
        """The slot holds again what `read` gave."""
        self.slots[slot] = kept

    def _check(
        self, slots: Sequence[int], lengths: Sequence[int], accepted: Sequence[int], tokens: int
    ) -> None:
        name, live = self.memory.name, [slot for slot in slots if slot != PADDING]
        if len(set(live)) < len(live) or not set(live) <= set(range(len(self.slots))):
            raise ValueError(
                f"{name}: slots has values {list(slots)}, expected different ones of "
                f"{len(self.slots)}, or -1, because each sequence of a call goes on from its own"
            )
        if min(lengths, default=0) < 0 or sum(lengths) > tokens:
            raise ValueError(
                f"{name}: lengths has values {list(lengths)}, expected some that sum to at most "
                f"{tokens}, because the inputs have so many tokens"
            )
        if any(not 0 <= j <= n for j, n in zip(accepted, lengths, strict=True)):
            raise ValueError(
                f"{name}: accepted has values {list(accepted)}, expected at most {list(lengths)}, "
                "because only what was drafted can be accepted"
            )


class Alone(Slots):
    """The definition: a slot holds its request's tokens, and every call runs them all."""

    def go_on(self, slot: int, x: Inputs, accepted: int) -> np.ndarray:
        """All tokens of the request, from the first; the last outputs are those of the call."""
        before = self.slots[slot]
        tokens = x if before is None else after(before, x)
        self.slots[slot] = tokens.tokens(0, tokens.T - x.T + accepted)
        out = self.memory(**tokens.arguments).out
        return out[..., tokens.T - x.T :, :]

    def state(self, slot: int) -> Any:
        """The memory after all tokens of the request."""
        return self.memory(**self.slots[slot].arguments).state


def bound(memory: Memory, inputs: Mapping[str, Any]) -> Inputs:
    """The inputs of a call, checked; what is no input is an option."""
    axes = {name: memory.inputs[name] for name in memory.inputs if name in inputs}
    arrays = as_arrays(memory.name, {name: inputs[name] for name in axes})
    options = {name: value for name, value in inputs.items() if name not in axes}
    return bind_shapes(memory.name, arrays, axes, {**memory.options, **options})


def after(before: Inputs, x: Inputs) -> Inputs:
    """The tokens of both, one after the other."""
    arrays = {}
    for name, one in x.arrays.items():
        time = next((n for n, axis in enumerate(x.axes[name]) if "T" in axis), None)
        place = None if time is None else time - len(x.axes[name])
        pair = [before.arrays[name], one]
        arrays[name] = one if place is None else np.concatenate(pair, axis=place)
    sizes = x.sizes | {"T": before.T + x.T}
    return Inputs(arrays, x.axes, sizes, x.lead, x.options)
