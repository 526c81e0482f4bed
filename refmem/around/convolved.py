"""A memory behind a short convolution: one layer of today's models keeps both between calls."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from refmem.around.convolution import short_convolution
from refmem.memory import Result

WEIGHT = "conv_weight"


class LayerState(NamedTuple):
    """What such a layer keeps: the rule's memory, and the last inputs of the convolution."""

    memory: Any
    convolution: np.ndarray


class Convolved:
    """A rule whose q, k and v first go through one short convolution, side by side.

        [q', k', v'] = short_convolution([q, k, v], conv_weight)
        o            = rule(q', k', v', ...)

    conv_weight   (..., C, W)   of all channels of q, k and v in this order

    It is called as the rule is, which may be one whose state is in few bits. Its state is
    `LayerState(memory, convolution)`: both are of the same last token, so whoever rolls one back,
    copies or clears it does it to both. No activation stands between the two.

    >>> from refmem import linear_attention
    >>> x, weight = np.array([[1.], [2.]]), np.array([[1., 0.]] * 3)   # the input before this one
    >>> Convolved(linear_attention)(q=x, k=x, v=x, conv_weight=weight).state
    LayerState(memory=array([[1.]]), convolution=array([[2., 2., 2.]]))
    """

    def __init__(self, rule: Any) -> None:
        self.rule, self.options = rule, rule.options
        self.name = f"convolved {rule.name}"
        self.over = tuple(name for name in ("q", "k", "v") if name in rule.inputs)
        self.inputs = {**rule.inputs, WEIGHT: "C W"}

    def __call__(self, *, state: Any = None, **given: Any) -> Result:
        """Run the layer over a sequence."""
        weight = given.pop(WEIGHT)
        memory, seen = (None, None) if state is None else state
        mixed = np.concatenate([given[name] for name in self.over], axis=-1)
        mixed, seen = short_convolution(mixed, weight, state=seen)
        widths = np.cumsum([np.shape(given[name])[-1] for name in self.over])[:-1]
        parts = np.split(mixed, widths, axis=-1)
        given |= dict(zip(self.over, parts, strict=True))
        out, memory = self.rule(**given, state=memory)
        return Result(out, LayerState(memory, seen))
