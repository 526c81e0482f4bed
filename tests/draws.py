"""Inputs for any rule in any number system, drawn from what the rule says its inputs are.

`inputs(rule, FIELD)` is a Hypothesis strategy of everything a call needs: arrays, options, and
perhaps a state, so that a law is `rule(**x, form=form)`. Hypothesis draws the shapes and a seed;
the numbers are uniform, which is what the Schwartz-Zippel lemma asks for.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

import numpy as np
import pytest
from hypothesis import settings
from hypothesis import strategies as st

from refmem import RULES
from refmem.algebra import numbers
from refmem.functions.activations import Activation, square
from refmem.functions.features import FeatureMap, symmetric_power
from refmem.functions.kernels import Kernel, polynomial
from refmem.memory.rule import Rule
from tests.exemptions import why_exempt

SQUARES = symmetric_power(2)


class Numbers(NamedTuple):
    """A number system to draw from: whole numbers over `grid`, or anything in the field.

    make   from an array of Python ints to these numbers
    exact  only + - * / exist: kernels have to be polynomials
    """

    name: str
    make: Callable[[np.ndarray], np.ndarray]
    grid: int = 6
    exact: bool = False

    def draw(
        self, random: np.random.Generator, shape: tuple[int, ...], low: float, high: float
    ) -> np.ndarray:
        """Uniform numbers in [low, high]; in the field, uniform elements."""
        if self.name == "field":
            return self.make(random.integers(0, numbers.PRIME, shape))
        first, last = round(low * self.grid), round(high * self.grid)
        whole = self.make(random.integers(first, last, shape, endpoint=True))
        return np.asarray(whole / self.grid, dtype=whole.dtype)


def _objects(convert: Callable[[Any], np.ndarray]) -> Callable[[np.ndarray], np.ndarray]:
    return lambda whole: convert(whole.astype(object))


def floats(dtype: Any, grid: int | None = None) -> Numbers:
    """Floats of a dtype, with a few bits to spare so that every multiple of 1/grid is one."""
    dtype = np.dtype(dtype)
    grid = grid or 2 ** (min(np.finfo(dtype).nmant, 52) - 1)
    return Numbers(dtype.name, lambda whole: whole.astype(dtype), grid)


FIELD = Numbers("field", _objects(numbers.prime_field), exact=True)
RATIONALS = Numbers("fmpq", _objects(numbers.rationals), exact=True)
FRACTIONS = Numbers("Fraction", _objects(numbers.fractions), exact=True)
INTERVALS = Numbers("arb", _objects(numbers.intervals), 2**20)
FLOAT64 = floats(np.float64)
DYADIC = floats(np.float64, grid=2)._replace(exact=True)
"""Multiples of 1/2, whose sums of products of a few tokens are exact in float64."""


def sample(
    rule: Rule,
    system: Numbers,
    seed: int = 0,
    *,
    T: int = 5,
    K: int = 2,
    V: int = 3,
    lead: tuple[int, ...] = (),
    state: bool = True,
    spread: bool = False,
    axes: Mapping[str, int] | None = None,
) -> dict[str, Any]:
    """Everything one call of `rule` needs, by name. With `spread`, inputs broadcast in the lead.

    Other axes than T, K and V have the lengths that `axes` gives, or any, the same for all seeds.
    """
    random, lengths = np.random.default_rng(seed), np.random.default_rng([K, V])
    options = _options(rule, system)
    chosen = {n: o for n, o in (rule.options | options).items() if isinstance(o, int)}
    sizes = {**(axes or {}), "T": T, "K": K, "V": V} | chosen
    for shape in rule.inputs.values():
        for axis in shape.replace("*", " ").split():
            sizes.setdefault(axis, int(lengths.integers(1, 4)))
    call: dict[str, Any] = dict(options)
    for name, shape in rule.inputs.items():
        core = tuple(np.prod([sizes[f] for f in a.split("*")], dtype=int) for a in shape.split())
        own = _part_of(lead, random) if spread else lead
        call[name] = system.draw(random, own + core, *rule.kinds[name].drawn)
    if state:
        call["state"] = _state(rule, system, seed, call, K=K, V=V, lead=lead, axes=sizes)
    return call


def _options(rule: Rule, system: Numbers) -> dict[str, Any]:
    """Options that are not the rule's own defaults."""
    options: dict[str, Any] = {}
    if system.exact:
        kernels = [name for name, default in rule.options.items() if isinstance(default, Kernel)]
        options |= {name: polynomial(2 + place) for place, name in enumerate(kernels)}
        options |= _of_kind(rule, Activation, square) | _of_kind(rule, FeatureMap, SQUARES)
        if rule.scale_default is not None:
            options["scale"] = 1
    return options | {n: o.laws for n, o in rule.choices.items() if o.laws is not None}


def _of_kind(rule: Rule, kind: type, instead: Any) -> dict[str, Any]:
    return {name: instead for name, default in rule.options.items() if isinstance(default, kind)}


def _part_of(lead: tuple[int, ...], random: np.random.Generator) -> tuple[int, ...]:
    """Leading axes that broadcast to `lead`: some left out in front, some of length one."""
    kept = lead[random.integers(0, len(lead) + 1) :]
    return tuple(1 if random.integers(0, 2) else length for length in kept)


def _state(rule: Rule, system: Numbers, seed: int, call: dict[str, Any], **sizes: Any) -> Any:
    """Any matrix, where the state is one matrix; else a state that some tokens lead to."""
    empty = rule(**cut(rule, call, 0, 0)).state
    random = np.random.default_rng([seed, 1])
    if isinstance(empty, np.ndarray):
        return system.draw(random, sizes["lead"] + empty.shape[-2:], -1, 1)
    before = sizes | {"T": int(random.integers(0, 4))}
    return rule(**sample(rule, system, seed + 1, **before, state=False)).state


some_shapes = settings(max_examples=6)
"""For a law whose numbers make one agreement a proof: the examples only vary the shapes."""


@st.composite
def inputs(
    draw: Any, rule: Rule, system: Numbers | None = None, *, T: tuple[int, int] = (1, 6)
) -> Any:
    """Calls of `rule` with `T` tokens, small K and V, and with or without a state and a lead."""
    lead = draw(st.sampled_from([(), (2,), (2, 3)]), label="lead")
    return sample(
        rule,
        system or proof_numbers(rule),
        draw(st.integers(0, 2**32 - 1), label="seed"),
        T=draw(st.integers(*T), label="T"),
        K=draw(st.integers(1, 3), label="K"),
        V=draw(st.integers(1, 3), label="V"),
        lead=lead,
        state=draw(st.booleans(), label="state"),
        spread=bool(lead),
    )


# ---- parts of a call


def time_axis(rule: Rule, name: str) -> int | None:
    axes = rule.inputs[name].split()
    places = (p - len(axes) for p, axis in enumerate(axes) if "T" in axis.split("*"))
    return next(places, None)


def tokens(rule: Rule, x: dict[str, Any]) -> int:
    """How many tokens a call is about."""
    plain = (n for n, shape in rule.inputs.items() if "T" in shape.split() and n in x)
    name = next(plain)
    return x[name].shape[time_axis(rule, name)]


def cut(rule: Rule, x: dict[str, Any], start: int, stop: int) -> dict[str, Any]:
    """The call about tokens start..stop-1 only, from no state."""
    T = max(tokens(rule, x), 1)
    part = {name: value for name, value in x.items() if name != "state"}
    for name in rule.inputs.keys() & part.keys():
        place = time_axis(rule, name)
        if place is not None:
            rows = part[name].shape[place] // T
            window = slice(start * rows, stop * rows)
            part[name] = part[name][(..., window) + (slice(None),) * (-place - 1)]
    return part


def redrawn_from(rule: Rule, system: Numbers, x: dict[str, Any], t: int) -> dict[str, Any]:
    """The same call with other numbers at token t and every later one."""
    random = np.random.default_rng(t)
    T, call = tokens(rule, x), dict(x)
    for name in rule.inputs.keys() & x.keys():
        place = time_axis(rule, name)
        if place is not None:
            kept = cut(rule, x, 0, t)[name]
            shape = cut(rule, x, t, T)[name].shape
            fresh = system.draw(random, shape, *rule.kinds[name].drawn)
            call[name] = np.concatenate([kept, fresh], axis=place)
    return call


# ---- the rules and forms a law runs over


def proof_numbers(rule: Rule) -> Numbers:
    """The system in which one agreement says most: the prime field, or else intervals."""
    return INTERVALS if why_exempt("field", rule) else FIELD


def _excused(rule: Rule, laws: tuple[str, ...], form: str = "") -> list[pytest.MarkDecorator]:
    reasons = filter(None, (why_exempt(law, rule, form) for law in laws))
    return [pytest.mark.skip(reason=f"{rule.name} {reason}") for reason in reasons]


def every_rule(*laws: str) -> list[Any]:
    """A pytest parameter for each rule; rules exempt from these laws are skipped with reasons."""
    return [pytest.param(rule, id=rule.name, marks=_excused(rule, laws)) for rule in RULES]


def every_form(*laws: str) -> list[Any]:
    """A pytest parameter (rule, form) for each form of each rule, likewise.

    Without "fast", which is for two kinds of floats only: its laws are in tests/fast.
    """
    return [
        pytest.param(
            rule,
            form,
            id=f"{rule.name}-{form}",
            marks=_excused(rule, laws, form),
        )
        for rule in RULES
        for form in rule.forms
        if form != "fast"
    ]
