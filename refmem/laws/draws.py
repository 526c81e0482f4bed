"""Calls of any rule in any number system, drawn from what the rule says its inputs are.

A seed gives the numbers, and with `drawn` the shapes. They are uniform, which is what the
Schwartz-Zippel lemma asks for.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from refmem.functions.activations import Activation, square
from refmem.functions.features import FeatureMap, symmetric_power
from refmem.functions.kernels import Kernel, polynomial
from refmem.laws.calls import Call, cut
from refmem.laws.exemptions import why_exempt
from refmem.laws.systems import FIELD, INTERVALS, Numbers
from refmem.memory.rule import Rule

SQUARES = symmetric_power(2)

LEADS = ((), (2,), (2, 3))
"""Leading axes that `drawn` gives in turn."""


def proof_numbers(rule: Rule) -> Numbers:
    """The system in which one agreement says most: the prime field, or else intervals."""
    return INTERVALS if why_exempt("field", rule) else FIELD


def drawn(
    rule: Rule, seed: int, system: Numbers | None = None, *, T: tuple[int, int] = (1, 6)
) -> Call:
    """A call with `T` tokens, small K and V, and with or without a state and leading axes."""
    lead, random = LEADS[seed % len(LEADS)], np.random.default_rng([seed, 3])
    tokens, K, V = (int(random.integers(*span, endpoint=True)) for span in (T, (1, 3), (1, 3)))
    sizes: dict[str, Any] = {"T": tokens, "K": K, "V": V, "lead": lead}
    system = system or proof_numbers(rule)
    return sample(rule, system, seed, **sizes, state=seed % 2 == 0, spread=bool(lead))


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
) -> Call:
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
    call: Call = dict(options)
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


def _state(rule: Rule, system: Numbers, seed: int, call: Call, **sizes: Any) -> Any:
    """Any matrix, where the state is one matrix; else a state that some tokens lead to."""
    empty = rule(**cut(rule, call, 0, 0)).state
    random = np.random.default_rng([seed, 1])
    if isinstance(empty, np.ndarray):
        return system.draw(random, sizes["lead"] + empty.shape[-2:], -1, 1)
    before = sizes | {"T": int(random.integers(0, 4))}
    return rule(**sample(rule, system, seed + 1, **before, state=False)).state
