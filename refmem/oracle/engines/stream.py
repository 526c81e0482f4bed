"""The tokens that an engine is asked, one after another: the same for every schedule.

A schedule says how many tokens a call needs; which they are follows from how many came before.
"""

from __future__ import annotations

import copy
import functools
import math
from typing import Any

import numpy as np

from refmem.around.convolved import WEIGHT, Convolved
from refmem.around.few_bits import DITHER, FewBits
from refmem.around.serving import Call, Memory, Run, tokens_of
from refmem.memory import StateRule, StaticRule
from refmem.memory.rule import Rule
from refmem.oracle.border.arrays import to_library
from refmem.oracle.border.layouts import Arrays
from refmem.oracle.cases.case import find_rule
from refmem.oracle.cases.draws import Random, filled
from refmem.oracle.cases.ingredients import OTHER_SIZE, SIZES, draw_of, whole_inputs
from refmem.oracle.engines.schedules import MOST_TOKENS
from refmem.oracle.targets import engine
from refmem.oracle.targets.find import find_dtype
from refmem.support.arguments import ChoiceError


def _read(S: Any, x: Any) -> Any:
    return S, x


ANY = StateRule(_read, standard=(), inputs={"x": "T K"}, name="itself", doc="A layer or a model.")
"""What stands for the memory of an engine that has no rule: its inputs."""


def served(rule: str | Rule, convolution: int = 0, stored: str = "") -> Memory:
    """What an engine serves: a rule with a state, in few bits or behind a short convolution if the
    engine has these."""
    found = rule if rule is ANY else find_rule(rule)
    if isinstance(found, StaticRule):
        raise ChoiceError(
            f"{found.name}: rule has no state, expected one that has, because an engine keeps it"
        )
    memory: Memory = FewBits(found, *stored.split()) if stored else found  # type: ignore[arg-type]
    return Convolved(memory) if convolution else memory


class Stream:
    """What gives the inputs of each call: name -> array, heads first and then time.

    >>> take = Stream("gated_delta")
    >>> {name: x.shape for name, x in take(3).items()}
    {'q': (2, 3, 4), 'k': (2, 3, 4), 'v': (2, 3, 3), 'alpha': (2, 3), 'beta': (2, 3)}

    Inputs that a rule can do without are left out; without a rule there is one, x (heads, tokens,
    K). Of `slack`, tokens that belong to nobody, every number is NaN; of spoilt tokens, everything
    that may be.
    """

    def __init__(
        self,
        rule: str | Rule | None,
        heads: int = engine.SIZES["heads"],
        K: int = engine.SIZES["K"],
        V: int = engine.SIZES["V"],
        convolution: int = 0,
        stored: str = "",
        dtype: str = "float32",
        library: str = "numpy",
    ) -> None:
        found = ANY if rule is None else find_rule(rule)
        self.memory = served(found, convolution, stored)
        self.dtype = find_dtype(dtype)
        self._library = library
        self.said = _said(found, heads, K, V, convolution, stored, self.dtype.name, library)
        self._spoilt = {name for name, kind in found.kinds.items() if kind.nan}
        self._whole = _drawn(found, heads, K, V, convolution, self.dtype)
        if DITHER in self.memory.inputs:
            self._whole = self._whole | {DITHER: _dither((heads, MOST_TOKENS, K, V), self.dtype)}
        self._start = 0

    def __call__(self, tokens: int, slack: int = 0, spoilt: bool = False) -> dict[str, Any]:
        """The next tokens."""
        found = self._numbers(tokens, slack, spoilt)
        return {name: to_library(x, self._library) for name, x in found.items()}

    def of(self, call: Call) -> Arrays:
        """The inputs of a call."""
        slack, spoilt = (call.slack, call.spoilt) if isinstance(call, Run) else (0, False)
        return self._numbers(tokens_of(call) - slack, slack, spoilt)

    @functools.cached_property
    def empty(self) -> Any:
        """The memory of nothing: what lies in a slot that a mutant never wrote."""
        nothing = {name: x.astype(np.float64) for name, x in self.again()(0).items()}
        return self.memory(**nothing).state

    @property
    def unit(self) -> float:
        """How far apart two states in few bits are that round one number differently; else 0."""
        memory = self.memory.rule if isinstance(self.memory, Convolved) else self.memory
        return memory.unit if isinstance(memory, FewBits) else 0.0

    def again(self) -> Stream:
        """The same tokens from the first."""
        other = copy.copy(self)
        other._start = 0
        return other

    def _numbers(self, tokens: int, slack: int, spoilt: bool) -> Arrays:
        start, self._start = self._start, self._start + tokens + slack
        found = {}
        for name, x in self._whole.items():
            axes = self.memory.inputs[name].split()
            time = _time_axis(axes)
            if time is None:
                found[name] = x
                continue
            rows = x.shape[time] // MOST_TOKENS
            part = np.moveaxis(x, time, 0)[start * rows : self._start * rows].copy()
            if spoilt and name in self._spoilt:
                part[...] = np.nan
            part[tokens * rows :] = np.nan
            found[name] = np.ascontiguousarray(np.moveaxis(part, 0, time))
        return found


def _said(rule: Rule, *chosen: Any) -> str:
    """How a stream is made again, in Python: what is usual is left out."""
    usual = engine.SIZES | {"stored": "", "dtype": "float32", "library": "numpy"}
    more = [
        f", {name}={one!r}"
        for (name, of), one in zip(usual.items(), chosen, strict=True)
        if one != of
    ]
    named = "None" if rule is ANY else f'"{rule.path}"'
    return f"Stream({named}{''.join(more)})"


def _time_axis(axes: list[str]) -> int | None:
    """Where time is, counted from the end."""
    return next((n - len(axes) for n, axis in enumerate(axes) if "T" in axis.split("*")), None)


@functools.lru_cache(maxsize=8)
def _drawn(rule: Rule, heads: int, K: int, V: int, convolution: int, dtype: np.dtype) -> Arrays:
    sizes = SIZES | {"T": MOST_TOKENS, "K": K, "V": V}
    sizes |= {name: value for name, value in rule.options.items() if isinstance(value, int)}
    found = {}
    for name, kind in rule.kinds.items():
        if name in rule.defaults:
            continue
        axes = rule.inputs[name].split()
        own = (math.prod(sizes.get(n, OTHER_SIZE) for n in axis.split("*")) for axis in axes)
        random = Random(f"{rule.name}/serving/{rule.near.get(name, name)}", 0)
        x = np.asarray(draw_of(kind)(random, (heads, *own), _time_axis(axes) or 0), np.float64)
        found[name] = (x if name in whole_inputs(rule) else filled(random, x)).astype(dtype)
    if convolution:
        mixed = [found[name] for name in ("q", "k", "v") if name in found]
        shape = (heads, sum(x.shape[-1] for x in mixed), convolution)
        random = Random(f"{rule.name}/serving/{WEIGHT}", 0)
        found[WEIGHT] = random.choose([n / 8 for n in (-4, -3, 3, 4, 5)], shape).astype(dtype)
    return found


@functools.lru_cache(maxsize=2)
def _dither(shape: tuple[int, ...], dtype: np.dtype) -> np.ndarray:
    """Multiples of 1/256 in [0, 1), which every dtype has."""
    return (Random(DITHER, 0).whole(256, shape) / 256).astype(dtype)
