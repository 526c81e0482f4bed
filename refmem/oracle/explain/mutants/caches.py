"""Mutants of rules that keep everything: gates of scores, sinks, what is stored, how keys change.

Numbers are rows of `refmem.oracle.explain.survey`: where a mistake was seen.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from refmem.grammar.lookup import Cache, Lookup
from refmem.memory import Result
from refmem.oracle.cases.case import Case
from refmem.oracle.explain.mutants.abilities import erases, has, has_path
from refmem.oracle.explain.mutants.changes import change_input
from refmem.oracle.explain.mutants.mutant import Memory, Mutant, with_lookup


def no_erase(look: Lookup, case: Case) -> Lookup:
    """Values are kept as they are."""
    return look._replace(erase=None)


def erase_with_query(look: Lookup, case: Case) -> Lookup:
    """What is taken out is recalled with the query."""
    return look._replace(erase=(look.query, *look.erase[1:]) if look.erase else None)


def no_gate(look: Lookup, case: Case) -> Lookup:
    """Scores do not fade."""
    return look._replace(log_alpha=None)


def no_path(look: Lookup, case: Case) -> Lookup:
    """Keys are not reflected by later tokens."""
    return look._replace(path=None)


def gate_scaled(case: Case, memory: Memory) -> Memory:
    """The gate is scaled along with the scores."""
    return change_input("log_alpha", lambda g: g * case.regime.K**-0.5)(case, memory)


def cached_gates_ignored(case: Case, memory: Memory) -> Memory:
    """Between a cached key and the first new token nothing fades."""

    def call(**given: Any) -> Result:
        past = given.get("state")
        if not isinstance(past, Cache) or past.log_alpha is None:
            return memory(**given)
        opened = past._replace(log_alpha=np.zeros_like(past.log_alpha))
        return Result(memory(**given | {"state": opened}).out, memory(**given).state)

    return call


def sink_for_bias(case: Case, memory: Memory) -> Memory:
    """What is called a sink is taken for the other thing that is called so."""

    def call(**given: Any) -> Result:
        rest = {n: x for n, x in given.items() if n not in ("sink", "first_bias")}
        return memory(**rest, sink=given["first_bias"], first_bias=given["sink"])

    return call


CACHES = (
    Mutant(
        "scores do not fade",
        "the gate of the scores left out",
        (11, 97),
        "where the cumulative gate is added to the scores",
        rule=with_lookup(no_gate),
        fits=has("log_alpha"),
    ),
    Mutant(
        "gate scaled",
        "the gate scaled by 1/sqrt(K) along with the scores",
        (91,),
        "the gate inside or outside the scale",
        call=gate_scaled,
        fits=has("log_alpha"),
    ),
    Mutant(
        "gates of the cache ignored",
        "the gates of cached tokens ignored",
        (30, 97),
        "the cumulative gate that the cache brings along",
        call=cached_gates_ignored,
        fits=has("state.log_alpha"),
    ),
    Mutant(
        "sink ignored",
        "the sink ignored",
        (117,),
        "the sink in the softmax's denominator",
        call=change_input("sink", lambda sink: np.full_like(sink, -np.inf)),
        fits=has("sink"),
    ),
    Mutant(
        "sink counted twice",
        "the sink counted twice",
        (118,),
        "the sink in each part of a split softmax",
        call=change_input("sink", lambda sink: sink + np.log(2).astype(sink.dtype)),
        fits=has("sink"),
    ),
    Mutant(
        "sink on the first key",
        "the sink taken for a bias of the first key",
        (120,),
        "which of the two things called a sink is meant",
        call=sink_for_bias,
        fits=has("sink", "first_bias"),
    ),
    Mutant(
        "values uncorrected",
        "values kept without what their keys recall taken out",
        (32, 11),
        "the triangular solve over the cache",
        rule=with_lookup(no_erase),
        fits=erases,
    ),
    Mutant(
        "values corrected with the query",
        "values corrected by what the query recalls, not the key w",
        ("fla's DeltaFormer",),
        "the operand of the first of the two softmaxes",
        rule=with_lookup(erase_with_query),
        fits=erases,
    ),
    Mutant(
        "keys unreflected",
        "keys not transformed by later tokens",
        (91,),
        "the products of Householder factors between a query and a key",
        rule=with_lookup(no_path),
        fits=has_path,
    ),
)
