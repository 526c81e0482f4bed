"""Mutants of going on from a state: what is done twice, or not at all, at the first token after it.

Numbers are rows of `refmem.oracle.explain.survey`: where a mistake was seen.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from refmem.grammar.state import each
from refmem.memory import Result, StateRule
from refmem.oracle.cases.case import Case
from refmem.oracle.cases.ingredients import gate_of
from refmem.oracle.explain.mutants.abilities import (
    both,
    bound,
    decays,
    has,
    is_cache,
    is_packed,
    is_resumed,
)
from refmem.oracle.explain.mutants.changes import change_input
from refmem.oracle.explain.mutants.mutant import Memory, Mutant, cut, tokens_of


def decayed_again(case: Case, memory: Memory) -> Memory:
    """The state that is passed is decayed by the first token's gate before that token comes."""

    def call(**given: Any) -> Result:
        if "state" not in given or not tokens_of(case, given):
            return memory(**given)
        S, x = bound(case, given)
        decay = case.rule.transition(**x.tokens(0, 1).arguments).decay  # type: ignore[attr-defined]
        whole = decay.ndim == S.ndim + 1  # every entry has a factor of its own
        first = decay[..., 0, :, :] if whole else decay[..., 0, :, None]
        return memory(**given | {"state": S * first})

    return call


def faded_again(case: Case, memory: Memory) -> Memory:
    """Cached keys fade by the first token's gate twice."""
    own = len(case.axes["log_alpha"])

    def changed(gate: np.ndarray) -> np.ndarray:
        rows = np.array(np.moveaxis(gate, -own, 0))
        rows[0] *= 2
        return np.moveaxis(rows, 0, -own)

    def call(**given: Any) -> Result:
        if "state" not in given or not tokens_of(case, given):
            return memory(**given)
        other = memory(**given | {"log_alpha": changed(given["log_alpha"])})
        return Result(other.out, memory(**given).state)

    return call


def first_gate_open(case: Case, memory: Memory) -> Memory:
    """The first token after a state that was passed forgets nothing of it."""

    own = len(case.axes[gate_of(case.rule)])

    def opened(alpha: np.ndarray) -> np.ndarray:
        rows = np.array(np.moveaxis(alpha, -own, 0))
        rows[0] = 1
        return np.moveaxis(rows, 0, -own)

    def call(**given: Any) -> Result:
        if "state" not in given or not tokens_of(case, given):
            return memory(**given)
        return change_input("gate", opened)(case, memory)(**given)

    return call


def state_a_token_early(case: Case, memory: Memory) -> Memory:
    """The final state is that before the last token."""

    def call(**given: Any) -> Result:
        tokens = tokens_of(case, given)
        if not tokens:
            return memory(**given)
        return Result(memory(**given).out, memory(**cut(case, given, 0, tokens - 1)).state)

    return call


def first_token_twice(case: Case, memory: Memory) -> Memory:
    """The first token after a state that was passed is taken twice."""

    def call(**given: Any) -> Result:
        if "state" not in given or not tokens_of(case, given):
            return memory(**given)
        again = memory(**cut(case, given, 0, 1)).state
        return memory(**given | {"state": each(np.asarray, again)})

    return call


def _one_call(case: Case) -> bool:
    return is_resumed(case) and not is_packed(case)


def _continues(case: Case) -> bool:
    """Its state is a matter of its tokens alone."""
    return isinstance(case.rule, StateRule) and _one_call(case)


RESUMING = (
    Mutant(
        "gate again on resuming",
        "the gate of the first token after a state applied to that state once more",
        ("fla#1176",),
        "a cumulative gate that is kept between calls, and added again",
        call=decayed_again,
        fits=both(_one_call, decays),
    ),
    Mutant(
        "scores fade again on resuming",
        "the gate of the first token after a cache applied to the cache once more",
        ("fla#1176",),
        "a cumulative gate that is kept between calls, and added again",
        call=faded_again,
        fits=both(_one_call, is_cache, has("log_alpha")),
    ),
    Mutant(
        "gate left out on resuming",
        "the gate of the first token after a state left out",
        (36, 30),
        "the decay between a state that is passed and the first token",
        call=first_gate_open,
        fits=both(_one_call, has("gate")),
    ),
    Mutant(
        "first token twice on resuming",
        "the first token after a state taken twice",
        (30, 125),
        "where a call goes on: whether the token at the seam was seen already",
        call=first_token_twice,
        fits=_continues,
    ),
    Mutant(
        "final state a token early",
        "the final state that before the last token",
        (125, 126, 128),
        "which token's state is kept",
        call=state_a_token_early,
        fits=lambda case: isinstance(case.rule, StateRule) and not is_packed(case),
    ),
)
