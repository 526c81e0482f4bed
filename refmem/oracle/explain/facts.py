"""What can be said of a case before anything runs, in words that end a sentence "only where".

A fact holds in a case or does not. Those that come first are likelier causes, and of two that
separate failures from passes equally well the first is named.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from refmem.grammar.kinds import factor, log_factor, strength
from refmem.memory import CacheRule, StaticRule
from refmem.oracle.cases.case import Case
from refmem.oracle.cases.ingredients import gate_of, is_logarithm

Facts = dict[str, bool]
"""What is said -> whether it holds."""

TOKENS = (64, 1, 16, 128, 32, 2, 256, 8, 4)
"""More tokens than that: chunks and tiles first."""

CHUNKS = (64, 16, 32, 128, 8, 4)
"""Whether the number of tokens is a multiple of it."""

WIDTHS = (64, 16, 32, 128)
"""Whether there are more channels than that."""

SIZES = (8, 64, 16, 32, 2, 4, 128, 1000, 10000)
"""Whether some number of an input is larger than that."""

CLOSED = 1e-8
"""A gate below it is nearly zero."""

FORGETS = "the first token forgets everything before it"

NO_TOKENS = "there are no tokens"
"""Such a case passes whatever a candidate does with tokens."""


def facts_of(case: Case) -> Facts:
    """All facts of a case, the likelier causes first."""
    made = (
        _states,
        _heads,
        _sequences,
        _gates,
        _lengths,
        _keys,
        _widths,
        _given,
        _options,
        _numbers,
        _regime,
    )
    return {said: bool(holds) for make in made for said, holds in make(case)}


Said = Iterator[tuple[str, Any]]


def opposites(yes: str, no: str, holds: Any) -> Said:
    """A fact and its opposite."""
    yield yes, holds
    yield no, not holds


def _states(case: Case) -> Said:
    if isinstance(case.rule, StaticRule):
        return
    states = [x for name, x in case.inputs.items() if name.partition(".")[0] == "state"]
    holds = any(x.any() for x in states)
    yield from opposites("a state is passed", "no state is passed, or one of zeros", holds)
    yield from opposites("a state is given, be it zero", "no state is given", states)
    yield from opposites("the first token keeps something", FORGETS, not _forgets_at_once(case))


def _forgets_at_once(case: Case) -> bool:
    """The first gate of every head is zero, so that no state matters."""
    name = gate_of(case.rule)
    if name not in case.inputs or not case.inputs[name].size:
        return False
    first = np.moveaxis(case.inputs[name], -len(case.axes[name]), 0)[0]
    return not (np.exp(first) if is_logarithm(case.rule, name) else first).any()


def _heads(case: Case) -> Said:
    sharing = case.regime.sharing
    yield from opposites("heads share keys or values", "no heads are shared", _grouped(case))
    yield "query heads share a key head", sharing == "queries"
    yield "value heads share a key head", sharing == "values"
    yield "all heads share one write strength", sharing == "beta"


def _grouped(case: Case) -> bool:
    """Some heads lie in groups that share what the others have: an axis beside that of heads."""
    shapes = [
        x.shape[: x.ndim - len(case.axes[n])] for n, x in case.inputs.items() if n in case.axes
    ]
    return any(len(lead) > 2 for lead in shapes)


def _sequences(case: Case) -> Said:
    lengths = case.inputs.get("lengths")
    yield from opposites("sequences are packed", "no sequences are packed", lengths is not None)
    yield "an empty sequence is among the packed ones", lengths is not None and 0 in lengths
    yield "states lie in slots of a pool", "slots" in case.inputs


def _gates(case: Case) -> Said:
    gates = [x for x in factors(case) if x.size]
    if not gates:
        return
    zero = any((x == 0).any() for x in gates)
    yield from opposites("some gates are exactly zero", "no gate is exactly zero", zero)
    yield "all gates are exactly one", all((x == 1).all() for x in gates)
    near = any(((x > 0) & (x < CLOSED)).any() for x in gates)
    yield from opposites(f"some gates are nearly zero, below {CLOSED:g}", "no gate is tiny", near)


def factors(case: Case) -> Iterator[np.ndarray]:
    """The gates of a case, as factors."""
    for name, x in case.inputs.items():
        kind = case.rule.kinds[name].name if name in case.rule.kinds else ""
        if kind == factor("T").kind.name:
            yield x
        elif kind == log_factor("T").kind.name:
            yield np.exp(x)


def _lengths(case: Case) -> Said:
    tokens = length_of(case)
    yield NO_TOKENS, tokens == 0
    for most in TOKENS:
        fewer = "T = 1" if most == 1 else f"T <= {most}"
        yield from opposites(f"T > {most}", fewer, tokens > most)
    for chunk in CHUNKS:
        whole = tokens % chunk == 0
        no, yes = f"T is no multiple of {chunk}", f"T is a multiple of {chunk}"
        yield from opposites(no, yes, not whole)


def _keys(case: Case) -> Said:
    if not isinstance(case.rule, CacheRule):
        return
    axes = case.axes.get("state.key", ())
    cached = case.inputs["state.key"].shape[-len(axes)] if axes else 0
    keys = cached + length_of(case)
    for most in TOKENS:
        yield from opposites(
            f"there are more than {most} keys in all", f"{most} keys at most", keys > most
        )
    for chunk in CHUNKS:
        no, yes = f"the keys are no multiple of {chunk}", f"the keys are a multiple of {chunk}"
        yield from opposites(no, yes, keys % chunk)


def length_of(case: Case) -> int:
    """How many tokens the longest sequence has."""
    if "lengths" in case.inputs:
        return int(max(case.inputs["lengths"]))
    name = next((n for n, axes in case.axes.items() if axes and axes[0] == "T"), "")
    return int(case.inputs[name].shape[-len(case.axes[name])]) if name else 0


def _widths(case: Case) -> Said:
    K, V = case.regime.K, case.regime.V
    yield from opposites("V > K", "V <= K", V > K)
    yield from opposites("V = K", "V is not K", V == K)
    yield "K = 1", K == 1
    yield "V = 1", V == 1
    for name, width in (("K", K), ("V", V)):
        whole = width & (width - 1) == 0
        no, yes = f"{name} is no power of two", f"{name} is a power of two"
        yield from opposites(no, yes, not whole)
    for most in WIDTHS:
        yield f"K > {most}", most < K
        yield f"V > {most}", most < V


def _given(case: Case) -> Said:
    for name in case.rule.defaults:
        yield from opposites(f"{name} is passed", f"{name} is left out", name in case.inputs)


def _options(case: Case) -> Said:
    if case.rule.scaled:
        scale = case.options.get("scale")
        yield "no scale is passed", scale is None
        yield "a scale other than 1 is passed", scale is not None and scale != 1
    for name, default in case.rule.options.items():
        value = case.options.get(name, default)
        same = value is default or value == default
        yield from opposites(f"{name} is not {default}", f"{name} is {default}", not same)
        if not same:
            yield f"{name} is {value}", True


def _numbers(case: Case) -> Said:
    for name, x in case.inputs.items():
        if name in case.rule.kinds and case.rule.kinds[name].name == strength("T").kind.name:
            yield f"{name} is zero", x.size and not x.any()
            yield f"some {name} is above one", (x > 1).any()
    for name, x in case.inputs.items():
        most = float(np.abs(x[np.isfinite(x)]).max(initial=0))
        for size in SIZES:
            yield f"some {name} is beyond {size}", most > size
    yield "all bits of the numbers are in use", case.regime.fine


def _regime(case: Case) -> Said:
    yield f"the regime is {case.regime.name}", True
