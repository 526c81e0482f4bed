"""What changes at the border: how other people pass the same arrays, and how to pass them back.

A `Convention` says it all: nobody has to guess which of two tensors of one shape is transposed, or
whether a gate of -1 is a factor. The presets of real projects are in `presets`.

A candidate is judged on the numbers it sees. Two steps lead to them, and two back:

    raw          refmem's inputs as the numbers they are passed as: a gate as its logarithm, or as
                 what it is computed from (`parametrisations`); still in refmem's layout
    to_foreign   these by the candidate's names, in its layout, rounded to its dtype
    unplaced     the inverse: rounded raw numbers in refmem's layout
    meant        the rule's inputs that these stand for, and what the oracle runs on

All but `meant` only move and round numbers, so they round-trip exactly. A gate goes through a
logarithm, exact to the last digit of its dtype where the logarithm is zero, minus infinity, or
between 2^-20 and 500 in size; what the callee normalises itself stays normalised.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from refmem.around.normalize import l2_normalize
from refmem.memory.grouped_heads import HEAD_MAPS
from refmem.oracle.border.arrays import bfloat16
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
from refmem.oracle.border.parametrisations import OF_FACT
from refmem.oracle.border.spelling import Call, Passed, Spelling, merged, spell

SCALES = ("1", "1/sqrt(K)", "1/sqrt(V)")

WIDE = "wide"
"""Of a dtype: float32, or float64 where the inputs are."""

NORMS = {"": "", "rsqrt": "sum", "max": "floor", "mean": "mean"}
"""How a callee normalises -> where `l2_normalize` has eps."""


@dataclass(frozen=True)
class Convention:
    """How a candidate wants its arrays.

    names         refmem's name of an input -> theirs; a name that is not here stays. "lengths" and
                  "slots" are there only if it takes sequence boundaries and slot indices
    layout        one of `LAYOUTS`; see `refmem.oracle.border.layouts`
    state_layout  "kv" or "vk": which of its last two axes a memory's keys are on
    gate          space or parametrisation of gates; "own" is whichever the rule has in refmem. One
                  that is computed is the forget gate; further gates are passed as refmem has them
    strength, step, rate   the same for write strengths, lengths of a step and rates of decay
    parameters    which parameters the callee has, of those that a parametrisation may have
    constants     numbers of a parametrisation that are not its defaults: name -> number
    scale         what reads are multiplied by if no scale is passed: one of `SCALES`
    takes_scale   whether one can be passed
    norm          how the callee normalises: "" not at all; "rsqrt" x / sqrt(sum x^2 + eps);
                  "max" x / max(|x|, eps); "mean" x / sqrt(K) / sqrt(mean x^2 + eps)
    eps           of that
    normed        what is normalised
    denominator_eps   what the callee adds to the denominator of a normalised read
    heads         "repeat" or "tile": which of shared heads query (or value) head h uses
    groups        which heads may be more than the others: "queries", "values" or both
    every_head    inputs that have a row for every head of queries or of values, whichever are more,
                  also where heads share them in the rule: "beta" that is one for all heads; where
                  queries are grouped, "alpha" and the "state" of the key head they share
    state_dtype   of states, where it is not that of the inputs; "wide" is at least float32
    dtypes        of other arrays that have their own: refmem's name, or a parameter's -> dtype
    extra         keyword arguments of every call
    contract      what the callee lacks, returns or promises: see `Contract` of the targets
    """

    names: Mapping[str, str] = field(default_factory=dict)
    layout: str = "grammar"
    state_layout: str = "kv"
    gate: str = "own"
    strength: str = "own"
    step: str = "own"
    rate: str = "own"
    parameters: tuple[str, ...] = ("A_log", "dt_bias")
    constants: Mapping[str, float] = field(default_factory=dict)
    scale: str = "1"
    takes_scale: bool = True
    norm: str = ""
    eps: float = 0
    normed: tuple[str, ...] = ("q", "k")
    denominator_eps: float = 0
    heads: str = "repeat"
    groups: tuple[str, ...] = ("queries", "values")
    every_head: tuple[str, ...] = ()
    state_dtype: str = ""
    dtypes: Mapping[str, str] = field(default_factory=dict)
    extra: Mapping[str, Any] = field(default_factory=dict)
    contract: Mapping[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for name, values in ALLOWED.items():
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
        """The dtype of an array: some have their own."""
        own = self.dtypes.get(name) or (self.state_dtype if name.startswith("state") else "")
        if own == WIDE:
            return np.promote_types(dtype, np.float32)
        return bfloat16() if own == "bfloat16" else np.dtype(own or dtype)

    def default_scale(self, K: int, V: int) -> float | None:
        """The scale where none is passed; None is the rule's own default."""
        return {"1": None, "1/sqrt(K)": K**-0.5, "1/sqrt(V)": V**-0.5}[self.scale]

    def spellings(self, call: Call) -> list[Spelling]:
        """How each input is passed."""
        words = {fact: getattr(self, fact) for fact in OF_FACT}
        return spell(self.for_heads(call), words, self.parameters, self.constants)

    def for_heads(self, call: Call) -> Call:
        """The call, of whose inputs some have a row for every head."""
        some = {name: call.inputs[name] for name in self.every_head if name in call.inputs}
        if not some:
            return call
        heads = heads_of(call.inputs, call.axes)
        wide = {name: for_every_head(x, call.axes[name], heads) for name, x in some.items()}
        return Passed(call.inputs | wide, call.axes, call.kinds)

    def made_inside(self, call: Call) -> set[str]:
        """The inputs that the callee computes: gates from raw numbers, and what it normalises."""
        normed = set(self.normed) & call.axes.keys() if self.norm else set()
        return normed | {one.name for one in self.spellings(call) if one.is_computed}

    def unsayable(self, call: Call) -> str:
        """Why some input cannot be passed: it has no raw numbers, or no name of its own; or ""."""
        theirs = [self.name(name) for name in self.raw_axes(call)]
        twice = next((name for name in theirs if theirs.count(name) > 1), "")
        if twice:
            return f"its convention calls two inputs {twice}"
        for one in self.spellings(call):
            if not one.sayable(call.inputs[one.name]):
                return f"its convention has no such {one.name}, which is {one.says(self.name)}"
        return ""

    def raw(self, call: Call) -> Arrays:
        """Inputs as the numbers they are passed as, in refmem's layout and float64."""
        call = self.for_heads(call)
        return merged(one.raw(call.inputs[one.name]) for one in self.spellings(call))

    def raw_axes(self, call: Call) -> dict[str, Axes]:
        """The axes of what `raw` gives."""
        return merged(one.raw_axes for one in self.spellings(call))

    def to_foreign(self, call: Call, dtype: Any) -> Arrays:
        """Inputs of refmem's grammar (float64), as the candidate takes them."""
        lengths, axes = call.inputs.get("lengths"), self.raw_axes(call)
        foreign = {
            self.name(name): self.part_to_foreign(name, x, axes[name], dtype, lengths)
            for name, x in self.raw(call).items()
        }
        if self.layout in JOINED:
            ends = np.cumsum(sequence_lengths(call.inputs, call.axes))
            foreign[self.name("lengths")] = np.concatenate([[0], ends]).astype(np.int64)
        if "slots" in call.inputs:
            foreign[self.name("slots")] = call.inputs["slots"].astype(np.int64)
        return foreign

    def unplaced(self, call: Call, foreign: Arrays, dtype: Any) -> Arrays:
        """The numbers that the candidate gets, in refmem's layout and a dtype."""
        lengths = call.inputs.get("lengths")
        return {
            name: self._replace(
                foreign[self.name(name)].astype(dtype), one.shape_of(name), axes, lengths
            )
            for one in self.spellings(call)
            for name, axes in one.raw_axes.items()
        }

    def meant(self, call: Call, raws: Mapping[str, Any]) -> dict[str, Any]:
        """The rule's inputs that raw numbers stand for, in any numbers, traced ones too."""
        beside = ("lengths", "slots")
        inputs: dict[str, Any] = {name: call.inputs[name] for name in beside if name in call.inputs}
        for one in self.spellings(call):
            x = one.value(raws)
            is_normed = self.norm and one.name in self.normed
            inputs[one.name] = l2_normalize(x, self.eps, NORMS[self.norm]) if is_normed else x
        return inputs

    def to_grammar(self, call: Call, foreign: Arrays, dtype: Any) -> Arrays:
        """The rule's inputs, from what the candidate gets."""
        return self.meant(call, self.unplaced(call, foreign, dtype))

    def part_to_foreign(
        self, name: str, x: np.ndarray, axes: Axes, dtype: Any, lengths: Any = None
    ) -> np.ndarray:
        """An array of refmem's layout as the candidate has it, rounded."""
        return self._place(x.astype(self.dtype_of(name, dtype)), axes, lengths)

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

    def placed(self, x: np.ndarray, axes: Axes, lengths: Any = None) -> np.ndarray:
        """An array of the grammar, as the candidate has it, its numbers as they are."""
        return self._place(x, axes, lengths)

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


ALLOWED: dict[str, Collection[str]] = {
    "layout": LAYOUTS,
    "state_layout": ("kv", "vk"),
    "scale": SCALES,
    "norm": NORMS,
    "heads": HEAD_MAPS,
    **OF_FACT,
}
"""Fact of a convention -> the words it may have."""

REFMEM = Convention()
"""refmem's own grammar: nothing changes."""


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
