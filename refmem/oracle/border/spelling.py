"""One input as a convention passes it: its raw numbers, and the input that these stand for.

All arrays here are in refmem's layout; where they go from there is the convention's affair. What
comes back from raw numbers is made in refmem's own words, so derivatives flow through it, and
certified intervals do.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple, Protocol

import numpy as np

from refmem.algebra import exp
from refmem.oracle.border.layouts import Arrays, Axes, Shape, is_timed
from refmem.oracle.border.parametrisations import (
    FACT_OF_KIND,
    OF_FACT,
    OWN,
    PLAIN_GATES,
    Parametrisation,
)

WEYL = {"A_log": 0.6180339887498949, "dt_bias": 0.7548776662466927}
"""The n-th number of a parameter is what n times this has behind its point, times 2 less 1: between
-1 and 1, unlike by head and channel, and with all its bits in use."""


class Call(Protocol):
    """What is passed: the inputs of a call in refmem's grammar.

    inputs  name -> array; also "lengths" of the sequences in the batch, and "slots" of a pool
    axes    name -> its axes, such as ("T", "K")
    kinds   name -> the name of its kind, such as "factor"
    """

    @property
    def inputs(self) -> Arrays:
        """The arrays."""

    @property
    def axes(self) -> Mapping[str, Axes]:
        """Their own axes."""

    @property
    def kinds(self) -> Mapping[str, str]:
        """What their numbers are."""


class Passed(NamedTuple):
    """A `Call` of its own."""

    inputs: Arrays
    axes: Mapping[str, Axes]
    kinds: Mapping[str, str]


@dataclass(frozen=True)
class Spelling:
    """An input and how it is passed.

    name, kind, axes, shape   of the input
    how         the way from raw numbers to it; to a gate's logarithm, but for `OWN`
    parameters  those that the kernel has
    constants   numbers of the kernel's own
    """

    name: str
    kind: str
    axes: Axes
    shape: Shape
    how: Parametrisation = OWN
    parameters: tuple[str, ...] = ()
    constants: Mapping[str, float] = field(default_factory=dict)

    @property
    def is_computed(self) -> bool:
        """Whether raw numbers are more than the input in another space."""
        return self.how is not OWN and not self.how.unit

    @property
    def raw_axes(self) -> dict[str, Axes]:
        """Name -> axes, of all that is passed for the input."""
        return {self.name: self.axes} | {name: self._own(name) for name in self.parameters}

    def raw(self, x: np.ndarray) -> Arrays:
        """What is passed for the input, in float64."""
        if self.how is OWN:
            return {self.name: x}
        parameters = {name: self._drawn(name) for name in self.parameters}
        return {
            self.name: self.how.raw(self._logarithm(x), **self._beside(parameters)),
            **parameters,
        }

    def value(self, raws: Mapping[str, Any]) -> Any:
        """The input that raw numbers stand for, in any numbers."""
        if self.how is OWN:
            return raws[self.name]
        y = self.how.value(raws[self.name], **self._beside(raws))
        return exp(y) if self.kind == "factor" else y

    def sayable(self, x: np.ndarray) -> bool:
        """Whether all numbers of the input have raw ones."""
        return bool(self.how.sayable(self._logarithm(x), **self.constants).all())

    def shape_of(self, name: str) -> Shape:
        """The shape of a raw array: parameters have no batch and no time."""
        if name == self.name:
            return self.shape
        split = len(self.shape) - len(self.axes)
        own = len(self._own(name))
        return (1, *self.shape[1:split], *self.shape[len(self.shape) - own :])

    def says(self, theirs: Callable[[str], str]) -> str:
        """How the input is computed, in the names that a kernel has for raw numbers."""
        beside = {one: theirs(one) for one in self.parameters}
        x = theirs(self.name)
        written = self.how.written(f"raw {x}" if x == self.name else x, beside, self.constants)
        return f"the logarithm of {written}" if self.kind == "logarithm of a factor" else written

    def _logarithm(self, x: np.ndarray) -> np.ndarray:
        """A factor's logarithm; what is none, itself."""
        with np.errstate(divide="ignore"):
            return np.log(x) if self.kind == "factor" and self.how is not OWN else x

    def _own(self, parameter: str) -> Axes:
        """The axes of a parameter: none, or the input's but for time."""
        per_channel = self.axes[1:] if is_timed(self.axes) else self.axes
        return per_channel if parameter == "dt_bias" else ()

    def _drawn(self, parameter: str) -> np.ndarray:
        shape = self.shape_of(parameter)
        numbers = np.arange(1, math.prod(shape) + 1) * WEYL[parameter] % 1
        return (2 * numbers - 1).reshape(shape)

    def _beside(self, raws: Mapping[str, Any]) -> dict[str, Any]:
        """Parameters, with axes of length one where the raw input has tokens, and constants."""
        beside: dict[str, Any] = dict.fromkeys(self.how.parameters)
        for name in self.parameters:
            own = len(self._own(name))
            missing = (None,) * (len(self.axes) - own)
            beside[name] = raws[name][(..., *missing, *(slice(None),) * own)]
        return beside | dict(self.constants)


def spell(
    call: Call,
    words: Mapping[str, str],
    parameters: Collection[str],
    constants: Mapping[str, float],
) -> list[Spelling]:
    """How each input of a call is passed, by what a convention says.

    words       fact, such as "gate" -> the word for it
    parameters  those that the kernel has
    constants   numbers that are not the defaults
    """
    gate = forget_gate(call.axes, call.kinds)
    spellings = []
    for name, axes in call.axes.items():
        kind = call.kinds.get(name, "")
        how = _way(words, kind, name == gate)
        beside = tuple(one for one in how.parameters if one in parameters)
        numbers = {one: constants.get(one, usual) for one, usual in how.constants.items()}
        shape = call.inputs[name].shape
        spellings.append(Spelling(name, kind, axes, shape, how, beside, numbers))
    return spellings


def _way(words: Mapping[str, str], kind: str, is_forget_gate: bool) -> Parametrisation:
    """The way from raw numbers to an input of a kind."""
    fact = FACT_OF_KIND.get(kind, "")
    word = words[fact] if fact else "own"
    is_itself = fact == "gate" and word == "factor" == kind
    if is_itself or (fact == "gate" and word not in PLAIN_GATES and not is_forget_gate):
        return OWN
    return OF_FACT[fact][word] if fact else OWN


def forget_gate(axes: Mapping[str, Axes], kinds: Mapping[str, str]) -> str:
    """The first gate that tokens have, else the first of all; "" if there is none."""
    gates = [name for name in axes if FACT_OF_KIND.get(kinds.get(name, "")) == "gate"]
    timed = [name for name in gates if is_timed(axes[name])]
    return next(iter(timed + gates), "")


def merged(parts: Iterable[Mapping[str, Any]]) -> dict[str, Any]:
    """Mappings as one, in order."""
    return {name: x for part in parts for name, x in part.items()}
