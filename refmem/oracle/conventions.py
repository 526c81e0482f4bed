"""What changes at the border: how other people pass the same arrays, and how to pass them back.

              refmem                                    ONNX LinearAttention
    q k v     (batch, heads ..., T, K or V)             (batch, T, heads * K or V)
    alpha     the factor, (..., T) or (..., T, K)       decay, its natural logarithm
    state     (batch, heads ..., K, V)                  (batch, heads, K, V)
    heads     leading axes; those of size 1 broadcast   merged row by row, which is "repeat":
                                                        query head i reads memory i // group

A candidate is judged on the numbers it sees: `to_foreign` rounds to its dtype, and `to_grammar` of
that is what the oracle runs on. Everything but the logarithm round-trips exactly.

Source: the schema of LinearAttention in onnx 1.23 (opset 27) and onnxruntime 1.32 (com.microsoft).
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

STATE = ("K", "V")
"""The axes of a memory."""

Arrays = dict[str, np.ndarray]
Axes = Mapping[str, tuple[str, ...]]
Shape = tuple[int, ...]


@dataclass(frozen=True)
class Convention:
    """How a candidate wants its arrays.

    names     refmem's name of an input -> theirs; a name that is not here stays
    packed    time before heads, and heads merged with channels into one axis
    log_gate  gates are natural logarithms, not factors
    """

    names: Mapping[str, str]
    packed: bool = False
    log_gate: bool = False

    def to_foreign(self, inputs: Arrays, axes: Axes, dtype: Any) -> Arrays:
        """Inputs of refmem's grammar (float64), as the candidate takes them."""
        foreign = {}
        for name, x in inputs.items():
            if name == "alpha" and self.log_gate:
                with np.errstate(divide="ignore"):
                    x = np.log(x)
            x = x.astype(dtype)
            foreign[self.names.get(name, name)] = pack(x, axes[name]) if self.packed else x
        return foreign

    def to_grammar(self, foreign: Arrays, like: Arrays, axes: Axes, dtype: Any) -> Arrays:
        """The inverse of `to_foreign`: inputs in refmem's grammar, shaped as in `like`."""
        inputs = {}
        for name, shaped in like.items():
            x = foreign[self.names.get(name, name)].astype(dtype)
            x = unpack(x, shaped.shape, axes[name]) if self.packed else x
            inputs[name] = np.exp(x) if name == "alpha" and self.log_gate else x
        return inputs

    def result_to_grammar(
        self, out: np.ndarray, state: np.ndarray, out_shape: Shape, state_shape: Shape
    ) -> tuple[np.ndarray, np.ndarray]:
        """A candidate's output and final state in refmem's grammar, or ValueError.

        `out_shape` is the shape of refmem's output; `state_shape` that of an initial state, whose
        heads may be fewer: refmem gives every query head the memory it read.
        """
        every = out_shape[:-2] + state_shape[-2:]
        if not self.packed:
            expect_shape("out", out, out_shape)
            expect_shape("state", state, every)
            return out, state
        rows = ("T", "V")
        expect_shape("output", out, packed_shape(out_shape, rows))
        expect_shape("present_state", state, packed_shape(state_shape, STATE))
        return unpack(out, out_shape, rows), np.broadcast_to(state.reshape(state_shape), every)


REFMEM = Convention(names={})
"""refmem's own grammar: nothing changes."""

ONNX = Convention(
    names={
        "q": "query",
        "k": "key",
        "v": "value",
        "state": "past_state",
        "alpha": "decay",
    },
    packed=True,
    log_gate=True,
)
"""LinearAttention, both as ONNX defines it and as ONNX Runtime's own domain has it."""


def expect_shape(name: str, x: np.ndarray, expected: Shape) -> None:
    """Raise ValueError unless `x` has the expected shape."""
    if x.shape != expected:
        raise ValueError(f"{name} has shape {x.shape}, expected {expected}")


def packed_shape(shape: Shape, axes: tuple[str, ...]) -> Shape:
    """The shape `pack` gives to an array of that shape.

    >>> packed_shape((1, 2, 3, 64, 8), ("T", "K"))  # one batch, 2 x 3 heads, 64 tokens
    (1, 64, 48)
    """
    split = len(shape) - len(axes)
    batch, heads, own = shape[0], math.prod(shape[1:split]), shape[split:]
    return (batch, heads, *own) if axes == STATE else (batch, own[0], heads * math.prod(own[1:]))


def pack(x: np.ndarray, axes: tuple[str, ...]) -> np.ndarray:
    """(batch, heads ..., T, C) as (batch, T, heads * C); a memory only merges its heads.

    >>> pack(np.array([[[[1, 2]], [[3, 4]]]]), ("T", "K"))  # one batch, two heads, one token
    array([[[1, 2, 3, 4]]])
    """
    shape = packed_shape(x.shape, axes)
    return (x if axes == STATE else np.moveaxis(x, x.ndim - len(axes), 1)).reshape(shape)


def unpack(y: np.ndarray, shape: Shape, axes: tuple[str, ...]) -> np.ndarray:
    """The inverse of `pack`, for an array that had that shape."""
    if axes == STATE:
        return y.reshape(shape)
    time = len(shape) - len(axes)
    rows = y.reshape(shape[0], shape[time], *shape[1:time], *shape[time + 1 :])
    return np.moveaxis(rows, 1, time)
