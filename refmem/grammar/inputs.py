"""The inputs of one call, after they were checked: arrays by name, and the axes they share."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np


class Inputs:
    """The inputs of one call, checked and broadcast: `x.q`, `x.beta`; `x.lead`, `x.T`, `x.K`, ...

    arrays   input name -> array of shape lead + axes
    axes     input name -> its axes, such as ("T", "K")
    sizes    axis name -> length
    lead     the common leading axes
    options  the call's arguments that are not arrays
    """

    def __init__(
        self,
        arrays: Mapping[str, np.ndarray],
        axes: Mapping[str, tuple[str, ...]],
        sizes: Mapping[str, int],
        lead: tuple[int, ...],
        options: Mapping[str, Any],
    ) -> None:
        self.arrays, self.axes, self.sizes = dict(arrays), dict(axes), dict(sizes)
        self.lead, self.options = lead, dict(options)

    def __getattr__(self, name: str) -> Any:
        for found in (vars(self).get("arrays", {}), vars(self).get("sizes", {})):
            if name in found:
                return found[name]
        raise AttributeError(f"no input or axis {name!r}")

    @property
    def arguments(self) -> dict[str, Any]:
        """Inputs and options together, as a rule's own functions take them."""
        return self.arrays | self.options

    def replace(self, **arrays: np.ndarray) -> Inputs:
        """The same inputs with some arrays exchanged or added."""
        return Inputs(self.arrays | arrays, self.axes, self.sizes, self.lead, self.options)

    @property
    def like(self) -> np.ndarray:
        """An array of the call's number system: its first input that has an entry."""
        return next((x for x in self.arrays.values() if x.size), next(iter(self.arrays.values())))

    def broadcast(self, lead: tuple[int, ...]) -> Inputs:
        """The same inputs with wider leading axes."""
        arrays = {}
        for name, x in self.arrays.items():
            shape = lead + x.shape[x.ndim - len(self.axes[name]) :]
            arrays[name] = x if x.shape == shape else np.broadcast_to(x, shape)
        return Inputs(arrays, self.axes, self.sizes, lead, self.options)

    def tokens(self, start: int, stop: int) -> Inputs:
        """The inputs of tokens start..stop-1; parameters without a time axis stay whole."""
        arrays = {}
        for name, x in self.arrays.items():
            axis, rows = _time_axis(self.axes[name], self.sizes)
            arrays[name] = x if axis is None else _take(x, axis, start * rows, stop * rows)
        sizes = self.sizes | {"T": stop - start}
        return Inputs(arrays, self.axes, sizes, self.lead, self.options)

    def has_time(self, name: str) -> bool:
        """Whether every token has rows of an input of its own."""
        return _time_axis(self.axes[name], self.sizes)[0] is not None

    def token(self, t: int) -> dict[str, Any]:
        """The arguments of one token, without the time axis (n*T rows keep the n of that token)."""
        one = self.tokens(t, t + 1)
        for name in one.arrays:
            axes = self.axes[name]
            if "T" in axes:
                one.arrays[name] = one.arrays[name].squeeze(axes.index("T") - len(axes))
        return one.arguments


def _time_axis(axes: tuple[str, ...], sizes: Mapping[str, int]) -> tuple[int | None, int]:
    """Where an input's time axis is, counted from the end, and how many rows it has a token."""
    for place, axis in enumerate(axes):
        if "T" in axis.split("*"):
            rows = 1
            for factor in axis.split("*"):
                rows *= 1 if factor == "T" else sizes[factor]
            return place - len(axes), rows
    return None, 1


def _take(x: np.ndarray, axis: int, start: int, stop: int) -> np.ndarray:
    return x[(..., slice(start, stop)) + (slice(None),) * (-axis - 1)]


Default = Callable[[Inputs, Any], np.ndarray]
"""Makes an input that was left out from those that were given, and the state or None."""
