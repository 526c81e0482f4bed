"""Pools that make one mistake each: what is wrong with it is said in `mutants`, by its class."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from refmem.around.convolved import LayerState
from refmem.around.serving import PADDING, Pool
from refmem.around.serving.slots import bound
from refmem.grammar.inputs import Inputs
from refmem.grammar.lookup import Cache
from refmem.grammar.state import each
from refmem.oracle.targets.engine import leaves


class BeginsAnew(Pool):
    def state(self, slot: int) -> Any:
        return self.slots[slot] if self.outside else None

    outside = True

    def go_on(self, slot: int, x: Inputs, accepted: int) -> np.ndarray:
        self.outside = False
        out = super().go_on(slot, x, accepted)
        self.outside = True
        return out


class KeepsAllDrafts(Pool):
    def go_on(self, slot: int, x: Inputs, accepted: int) -> np.ndarray:
        return super().go_on(slot, x, x.T)


class KeepsOneDraftMore(Pool):
    def go_on(self, slot: int, x: Inputs, accepted: int) -> np.ndarray:
        return super().go_on(slot, x, min(accepted + 1, x.T))


class KeepsNoDraft(Pool):
    def go_on(self, slot: int, x: Inputs, accepted: int) -> np.ndarray:
        return super().go_on(slot, x, accepted if accepted == x.T else 0)


class WritesByPlace(Pool):
    def verify(
        self,
        slots: Sequence[int],
        inputs: Mapping[str, Any],
        lengths: Sequence[int],
        accepted: Sequence[int],
    ) -> np.ndarray:
        before = list(self.slots)
        out = super().verify(slots, inputs, lengths, accepted)
        after, self.slots = self.slots, before
        for place, slot in enumerate(slots):
            if slot != PADDING:
                self.slots[place] = after[slot]
        return out


class CopySharesMemory(Pool):
    def __init__(self, *given: Any) -> None:
        super().__init__(*given)
        self.twin: dict[int, int] = {}

    def copy(self, source: int, target: int) -> None:
        self._part(target)
        super().copy(source, target)
        self.twin |= {source: target, target: source}

    def keep(self, slot: int, state: Any) -> None:
        super().keep(slot, state)
        if slot in self.twin:
            super().keep(self.twin[slot], state)

    def clear(self, slot: int) -> None:
        self._part(slot)
        super().clear(slot)

    def _part(self, slot: int) -> None:
        other = self.twin.pop(slot, None)
        if other is not None:
            self.twin.pop(other, None)


class CopyDoesNothing(Pool):
    def copy(self, source: int, target: int) -> None:
        if self.slots[target] is None:
            self.slots[target] = each(np.zeros_like, self.slots[source])


class SnapshotIsLive(Pool):
    def read(self, slot: int) -> Any:
        return slot

    def write(self, slot: int, kept: Any) -> None:
        if self.slots[kept] is not None:
            self.slots[slot] = self.slots[kept]


class PaddingWrites(Pool):
    def verify(
        self,
        slots: Sequence[int],
        inputs: Mapping[str, Any],
        lengths: Sequence[int],
        accepted: Sequence[int],
    ) -> np.ndarray:
        out = super().verify(slots, inputs, lengths, accepted)
        x, start = bound(self.memory, inputs), 0
        for slot, length in zip(slots, lengths, strict=True):
            if slot == PADDING:
                self.go_on(len(self.slots) - 1, x.tokens(start, start + length), length)
            start += length
        return out


class ReadsSlack(Pool):
    def run(
        self, slots: Sequence[int], inputs: Mapping[str, Any], lengths: Sequence[int]
    ) -> np.ndarray:
        out = super().run(slots, inputs, lengths)
        x = bound(self.memory, {name: np.nan_to_num(one) for name, one in inputs.items()})
        slack = x.T - sum(lengths)
        if slots[-1] != PADDING and slack:
            self.go_on(slots[-1], x.tokens(x.T - slack, x.T), slack)
            self.slots[slots[-1]] = _with_nan(self.slots[slots[-1]], slack)
        return out


class ClearsByZero(Pool):
    """A state is cleared by a factor of zero; rows of a cache have weight zero, and are read."""

    def __init__(self, *given: Any) -> None:
        super().__init__(*given)
        self.nan: set[int] = set()

    def clear(self, slot: int) -> None:
        if any(np.isnan(x).any() for x in leaves(self.slots[slot])):
            self.nan.add(slot)
        super().clear(slot)

    def go_on(self, slot: int, x: Inputs, accepted: int) -> np.ndarray:
        out = super().go_on(slot, x, accepted)
        if slot not in self.nan:
            return out
        if not any(isinstance(one, Cache) for one in _parts(self.slots[slot])):
            self.slots[slot] = each(lambda S: S * np.nan, self.slots[slot])
        return out * np.nan


class ConvolutionLags(Pool):
    def keep(self, slot: int, state: Any) -> None:
        seen = state.convolution
        before = np.zeros_like(seen) if self.slots[slot] is None else self.slots[slot].convolution
        lagging = np.concatenate([before[..., -1:, :], seen[..., :-1, :]], axis=-2)
        super().keep(slot, LayerState(state.memory, lagging))


class ConvolutionKeepsDrafts(Pool):
    def go_on(self, slot: int, x: Inputs, accepted: int) -> np.ndarray:
        seen = self.memory(**x.arguments, state=self.state(slot)).state.convolution
        out = super().go_on(slot, x, accepted)
        self.slots[slot] = LayerState(self.slots[slot].memory, seen)
        return out


class ConvolutionStays(Pool):
    def copy(self, source: int, target: int) -> None:
        there, state = self.slots[target], self.slots[source]
        seen = np.zeros_like(state.convolution) if there is None else there.convolution
        self.slots[target] = LayerState(state.memory, seen)


class RestoresHalf(Pool):
    def write(self, slot: int, kept: Any) -> None:
        super().write(slot, each(lambda S: S.astype(np.float16).astype(S.dtype), kept))


class ReusesDirty(Pool):
    def clear(self, slot: int) -> None:
        pass


def _with_nan(state: Any, rows: int) -> Any:
    """What is left of a state that so many tokens of NaN were written to: of a cache, its rows."""
    if isinstance(state, LayerState):
        seen = state.convolution.copy()
        seen[..., -rows:, :] = np.nan
        return LayerState(_with_nan(state.memory, rows), seen)
    if not isinstance(state, Cache):
        return each(lambda S: S * np.nan, state)
    kept = state.first(state.key.shape[-2] - rows)
    return kept.append(
        *each(lambda x: x * np.nan, state.part(kept.key.shape[-2], kept.key.shape[-2] + rows))
    )


def _parts(state: Any) -> tuple[Any, ...]:
    return (state.memory,) if isinstance(state, LayerState) else (state,)
