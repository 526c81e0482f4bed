"""What changes at the border: how other people pass the same arrays, and how to pass them back.

A `Convention` says it all: nobody has to guess which of two tensors of one shape is transposed, or
whether a gate of -1 is a factor. The presets of real projects are in `presets`.

A candidate is judged on the numbers it sees: `to_foreign` rounds to its dtype, and `to_grammar` of
that is what the oracle runs on. All conversions round-trip exactly, but for two that cannot: a gate
passes through a logarithm, exact to the last digit of its dtype where the logarithm is zero, minus
infinity, or between 2^-20 and 500 in size; and what the callee normalises itself stays normalised.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from refmem import algebra
from refmem.memory.grouped_heads import HEAD_MAPS
from refmem.oracle.border.layouts import (
    JOINED,
    LAYOUTS,
    STATE,
    Arrays,
    Axes,
    Shape,
    for_every_head,
    heads_of,
    is_timed,
    join,
    joined_shape,
    pack,
    packed_shape,
    part,
    unpack,
)

GATES = ("own", "factor", "log", "log2")
SCALES = ("1", "1/sqrt(K)", "1/sqrt(V)")
NORMS = ("", "rsqrt", "max", "mean")

FACTOR_INPUTS, LOG_INPUTS = ("alpha", "f", "fade", "mu"), ("log_alpha", "log_f")
"""Inputs of refmem that are gates, of a second memory too: factors, and natural logarithms of such.
"""

NUMBERS_OF_HEADS = (*FACTOR_INPUTS, *LOG_INPUTS, "beta")
"""Gates and write strengths: what has a number for each head and token, or for each key channel."""

WIDE = "wide"
"""Of a dtype: float32, or float64 where the inputs are."""

NORMED = ("q", "k")


@dataclass(frozen=True)
class Convention:
    """How a candidate wants its arrays.

    names         refmem's name of an input -> theirs; a name that is not here stays. "lengths" and
                  "slots" are there only if it takes sequence boundaries and slot indices
    layout        one of `LAYOUTS`; see `refmem.oracle.border.layouts`
    state_layout  "kv" or "vk": which of its last two axes a memory's keys are on
    gate          "factor", "log" (natural) or "log2"; "own" is whichever the rule has in refmem
    scale         what reads are multiplied by if no scale is passed: one of `SCALES`
    takes_scale   whether one can be passed
    norm          how the callee normalises q and k: "" not at all; "rsqrt" x / sqrt(sum x^2 + eps);
                  "max" x / max(|x|, eps); "mean" x / sqrt(K) / sqrt(mean x^2 + eps)
    eps           of that
    heads         "repeat" or "tile": which of shared heads query (or value) head h uses
    groups        which heads may be more than the others: "queries", "values" or both
    every_head    inputs that have a row for every head of queries or of values, whichever are more,
                  also where heads share them in the rule: "beta" that is one for all heads; where
                  queries are grouped, "alpha" and the "state" of the key head they share
    state_dtype   of states, where it is not that of the inputs; "wide" is at least float32
    gate_dtype    of gates and write strengths, likewise
    """

    names: Mapping[str, str] = field(default_factory=dict)
    layout: str = "grammar"
    state_layout: str = "kv"
    gate: str = "own"
    scale: str = "1"
    takes_scale: bool = True
    norm: str = ""
    eps: float = 0
    heads: str = "repeat"
    groups: tuple[str, ...] = ("queries", "values")
    every_head: tuple[str, ...] = ()
    state_dtype: str = ""
    gate_dtype: str = ""

    def __post_init__(self) -> None:
        allowed = {
            "layout": LAYOUTS,
            "state_layout": ("kv", "vk"),
            "gate": GATES,
            "scale": SCALES,
            "norm": NORMS,
            "heads": HEAD_MAPS,
        }
        for name, values in allowed.items():
            if getattr(self, name) not in values:
                raise ValueError(
                    f"convention: {name} has value {getattr(self, name)!r}, expected one of "
                    f"{', '.join(map(repr, values))}, because these are in use"
                )

    def name(self, of: str) -> str:
        """Their name of an input; "state.key" is a field of theirs for "state"."""
        whole, dot, rest = of.partition(".")
        return self.names.get(of, self.names.get(whole, whole) + dot + rest)

    def dtype_of(self, name: str, dtype: Any) -> np.dtype:
        """The dtype of an array: states may have their own, and so may gates."""
        own = self.state_dtype if name.startswith("state") else ""
        if name in NUMBERS_OF_HEADS:
            own = self.gate_dtype
        return np.promote_types(dtype, np.float32) if own == WIDE else np.dtype(own or dtype)

    def default_scale(self, K: int, V: int) -> float | None:
        """The scale where none is passed; None is the rule's own default."""
        return {"1": None, "1/sqrt(K)": K**-0.5, "1/sqrt(V)": V**-0.5}[self.scale]

    def to_foreign(self, inputs: Arrays, axes: Mapping[str, Axes], dtype: Any) -> Arrays:
        """Inputs of refmem's grammar (float64), as the candidate takes them.

        `inputs` may have "lengths", of the sequences in the batch, and "slots", whole numbers.
        """
        foreign = {}
        lengths = inputs.get("lengths")
        for name, x in self._every_head(inputs, axes).items():
            if name in axes:
                y = self._gate_out(name, x).astype(self.dtype_of(name, dtype))
                foreign[self.name(name)] = self._place(y, axes[name], lengths)
        if self.layout in JOINED:
            ends = np.cumsum(sequence_lengths(inputs, axes))
            foreign[self.name("lengths")] = np.concatenate([[0], ends]).astype(np.int64)
        if "slots" in inputs:
            foreign[self.name("slots")] = inputs["slots"].astype(np.int64)
        return foreign

    def to_grammar(
        self, foreign: Arrays, like: Arrays, axes: Mapping[str, Axes], dtype: Any
    ) -> Arrays:
        """The inverse of `to_foreign`: inputs in refmem's grammar, shaped as in `like`.

        What the candidate has for every head stays so: its numbers may differ where heads share.
        """
        inputs: Arrays = {name: like[name] for name in ("lengths", "slots") if name in like}
        like = self._every_head(like, axes)
        for name, own in axes.items():
            x = foreign[self.name(name)].astype(dtype)
            x = self._gate_back(name, self._replace(x, like[name].shape, own, like.get("lengths")))
            inputs[name] = normalised(x, self.norm, self.eps) if name in NORMED else x
        return inputs

    def part_to_grammar(
        self, name: str, x: np.ndarray, shape: Shape, axes: Axes, lengths: Any = None
    ) -> np.ndarray:
        """A part of a result ("out", "state", a gradient) in the grammar, or ValueError."""
        expected = packed_shape(shape, axes, self.layout, self.heads)
        if axes == STATE and self.state_layout == "vk":
            expected = (*expected[:-2], *expected[:-3:-1])
        if self.layout in JOINED and is_timed(axes):
            expected = joined_shape(expected, self._lengths(lengths, expected), self.layout)
        expect_shape(name, x, expected)
        return self._replace(x, shape, axes, lengths)

    def placed(self, x: np.ndarray, axes: Axes) -> np.ndarray:
        """An array of the grammar, as the candidate has it, its numbers as they are."""
        return self._place(x, axes, None)

    def _every_head(self, arrays: Arrays, axes: Mapping[str, Axes]) -> Arrays:
        """The arrays, of which some have a row for every head."""
        heads = heads_of(arrays, axes)
        some = {name: arrays[name] for name in self.every_head if name in arrays}
        return arrays | {name: for_every_head(x, axes[name], heads) for name, x in some.items()}

    def _place(self, x: np.ndarray, axes: Axes, lengths: Any) -> np.ndarray:
        y = pack(x, axes, self.layout, self.heads)
        if axes[-2:] == STATE and self.state_layout == "vk":
            y = np.ascontiguousarray(np.swapaxes(y, -1, -2))
        if self.layout in JOINED and is_timed(axes):
            return join(y, self._lengths(lengths, y.shape), self.layout)
        return np.ascontiguousarray(y)

    def _replace(self, y: np.ndarray, shape: Shape, axes: Axes, lengths: Any) -> np.ndarray:
        """The inverse of `_place`."""
        if axes == STATE and self.state_layout == "vk":
            y = np.swapaxes(y, -1, -2)
        if self.layout in JOINED and is_timed(axes):
            longest = shape[len(shape) - len(axes)]
            given = self._lengths(lengths, (shape[0], longest))
            y = part(y, given, longest, self.layout)
        return unpack(y, shape, axes, self.layout, self.heads)

    @staticmethod
    def _lengths(given: Any, shape: Shape) -> list[int]:
        """The lengths of the sequences: those given, or all the rows of each."""
        return [shape[1]] * shape[0] if given is None else [int(length) for length in given]

    def _gate_out(self, name: str, x: np.ndarray) -> np.ndarray:
        with np.errstate(divide="ignore"):
            if name in FACTOR_INPUTS and self.gate in ("log", "log2"):
                return np.log(x) if self.gate == "log" else np.log2(x)
        if name in LOG_INPUTS and self.gate in ("factor", "log2"):
            return np.exp(x) if self.gate == "factor" else x / np.log(2)
        return x

    def _gate_back(self, name: str, x: np.ndarray) -> np.ndarray:
        """The inverse of `_gate_out`, in any number system: certified intervals come here too."""
        if name in FACTOR_INPUTS and self.gate == "log":
            return algebra.exp(x)
        if name in FACTOR_INPUTS and self.gate == "log2":
            return np.exp2(x) if x.dtype != object else algebra.exp(x * log_of_2(x))
        if name in LOG_INPUTS and self.gate == "factor":
            with np.errstate(divide="ignore"):
                return algebra.log(x)
        if name in LOG_INPUTS and self.gate == "log2":
            return x * log_of_2(x)
        return x


def log_of_2(like: np.ndarray) -> Any:
    """The natural logarithm of 2, a number of the kind of an array's."""
    return algebra.log(algebra.ones((1,), like) * 2)[0]


REFMEM = Convention()
"""refmem's own grammar: nothing changes."""


def normalised(x: np.ndarray, norm: str, eps: float) -> np.ndarray:
    """Rows of norm one, up to eps; see `Convention`. "" leaves them.

    >>> normalised(np.array([3.0, 4.0]), "rsqrt", 0)
    array([0.6, 0.8])
    """
    if not norm:
        return x
    squares, eps = (x**2).sum(-1, keepdims=True), x.dtype.type(eps)
    if norm == "rsqrt":
        return x / np.sqrt(squares + eps)
    if norm == "max":
        return x / np.maximum(np.sqrt(squares), eps)
    return x / np.sqrt(squares + x.shape[-1] * eps)


def expect_shape(name: str, x: np.ndarray, expected: Shape) -> None:
    """Raise ValueError unless `x` has the expected shape."""
    if x.shape != expected:
        raise ValueError(f"{name} has shape {x.shape}, expected {expected}")


def sequence_lengths(inputs: Arrays, axes: Mapping[str, Axes]) -> list[int]:
    """The lengths of the sequences of a batch: those given, or all the tokens of each."""
    if "lengths" in inputs:
        return [int(length) for length in inputs["lengths"]]
    name = next(name for name, own in axes.items() if own and own[0] == "T")
    x = inputs[name]
    return [x.shape[x.ndim - len(axes[name])]] * len(x)
