"""Mutants of chunks and tails: what a kernel that works in pieces gets wrong between them.

Numbers are rows of `refmem.oracle.explain.survey`: where a mistake was seen.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from refmem.algebra import transposed, unit_lower_solve
from refmem.memory import Result, StateRule
from refmem.oracle.cases.case import Case
from refmem.oracle.cases.ingredients import gate_of
from refmem.oracle.cases.inputs import has_matrix_state
from refmem.oracle.explain.mutants.abilities import (
    both,
    bound,
    is_linear,
    is_plain,
    transition_of,
)
from refmem.oracle.explain.mutants.changes import change_input
from refmem.oracle.explain.mutants.mutant import (
    Memory,
    Mutant,
    cut,
    ends_of_chunks,
    in_pieces,
    tokens_of,
)

CHUNK = 64


def nothing_carried(chunk: int) -> Any:
    """Every chunk starts from an empty memory."""

    def wrap(case: Case, memory: Memory) -> Memory:
        def call(**given: Any) -> Result:
            ends = ends_of_chunks(tokens_of(case, given), chunk)
            return in_pieces(case, memory, given, ends, lambda state, stop: None)

        return call

    return wrap


def first_gates_open(chunk: int) -> Any:
    """The first token of every chunk forgets nothing."""

    def wrap(case: Case, memory: Memory) -> Memory:
        own = len(case.axes[gate_of(case.rule)])

        def opened(alpha: np.ndarray) -> np.ndarray:
            rows = np.array(np.moveaxis(alpha, -own, 0))
            rows[::chunk] = 1
            return np.moveaxis(rows, 0, -own)

        return change_input("gate", opened)(case, memory)

    return wrap


def last_token_dropped(case: Case, memory: Memory) -> Memory:
    """The last token is not looked at, and its output is zero."""

    def call(**given: Any) -> Result:
        tokens = tokens_of(case, given)
        if not tokens:
            return memory(**given)
        return _padded(memory(**cut(case, given, 0, tokens - 1)), 1)

    return call


def tail_dropped(case: Case, memory: Memory) -> Memory:
    """Tokens after the last whole chunk are not looked at."""

    def call(**given: Any) -> Result:
        tokens = tokens_of(case, given)
        whole = tokens - tokens % CHUNK
        return _padded(memory(**cut(case, given, 0, whole)), tokens - whole)

    return call


def _padded(result: Result, rows: int) -> Result:
    out = result.out
    blank = np.zeros((*out.shape[:-2], rows, out.shape[-1]), out.dtype)
    return Result(np.concatenate([out, blank], axis=-2), result.state)


def state_from_whole_chunks(case: Case, memory: Memory) -> Memory:
    """The outputs are right, but the final state is that after the last whole chunk."""

    def call(**given: Any) -> Result:
        tokens = tokens_of(case, given)
        state = memory(**cut(case, given, 0, tokens - tokens % CHUNK)).state
        return Result(memory(**given).out, state)

    return call


def corrections(case: Case, given: dict[str, Any], within: bool) -> tuple[Any, np.ndarray]:
    """A chunk's transition, and the values that its tokens write after correction.

    Tokens of the chunk correct one another without the decay between them (`within`), or not at
    all; the state before the chunk is decayed as it should be.
    """
    gate, rule = gate_of(case.rule), case.rule
    S, inputs = bound(case, given)
    x = inputs.arguments
    t = rule.transition(**x)  # type: ignore[attr-defined]
    opened = rule.transition(  # type: ignore[attr-defined]
        **x | ({gate: np.ones_like(x[gate])} if gate else {})
    )
    decay = np.ones_like(t.read[..., :1]) if t.decay is None else t.decay
    passed = np.cumprod(decay, axis=-2)
    if np.array_equal(t.erase[1], opened.erase[1]):  # the error reads before its own decay
        passed = np.concatenate([np.ones_like(decay[..., :1, :]), passed[..., :-1, :]], axis=-2)
    u = t.write[1] - (passed * opened.erase[1]) @ S
    if within:
        u = unit_lower_solve(opened.erase[1] @ transposed(t.write[0]), u)
    return t, u


def chunk_scores(within: bool) -> Any:
    """Corrections between tokens of a chunk as in `corrections`, in chunks of 64."""

    def wrap(case: Case, memory: Memory) -> Memory:
        def one_chunk(**given: Any) -> Result:
            t, u = corrections(case, given, within)
            t = t._replace(write=(t.write[0], u), erase=None, corrects=False)
            S, outs = given["state"], []
            for token in range(t.read.shape[-2]):
                S, out = t.step(S, token)
                outs.append(out)
            return Result(np.stack(outs, -2), S)

        def call(**given: Any) -> Result:
            tokens = tokens_of(case, given)
            if not tokens:
                return memory(**given)
            first = given.get("state")
            if first is None:
                first = memory(**cut(case, given, 0, 0)).state
            ends = ends_of_chunks(tokens, CHUNK)
            return in_pieces(case, one_chunk, given | {"state": first}, ends, lambda S, stop: S)

        return call

    return wrap


def first_chunk_keeps_state(case: Case, memory: Memory) -> Memory:
    """What the initial state adds is not decayed by the first chunk."""
    opened = first_gates_open(1)(case, memory)

    def call(**given: Any) -> Result:
        if "state" not in given or not tokens_of(case, given):
            return memory(**given)
        state = given["state"]
        first = cut(case, given, 0, CHUNK)
        unwritten = first | {"v": 0 * first["v"], "state": state}
        added = [run(**unwritten) for run in (opened, memory)]
        wrong = Result(*(a - b for a, b in zip(*added, strict=True)))
        result = memory(**first)
        begun = Result(result.out + wrong.out, result.state + wrong.state)
        rest = cut(case, given, CHUNK, tokens_of(case, given)) | {"state": begun.state}
        if not tokens_of(case, rest):
            return begun
        ended = memory(**rest)
        return Result(np.concatenate([begun.out, ended.out], axis=-2), ended.state)

    return call


def _states_of_tokens(case: Case) -> bool:
    return isinstance(case.rule, StateRule)


def _corrects(case: Case) -> bool:
    t = transition_of(case) if is_plain(case) else None
    return t is not None and t.corrects and t.micro == 1


def _decays(case: Case) -> bool:
    return is_linear(case) and has_matrix_state(case.rule) and gate_of(case.rule) in case.inputs


def _has_tokens(case: Case) -> bool:
    return "T" in {axes[0] for axes in case.axes.values() if axes}


CHUNKS = (
    Mutant(
        "carry dropped",
        "the state dropped between chunks of 64",
        (42, 43),
        "the recurrence over chunks",
        call=nothing_carried(64),
        fits=_states_of_tokens,
    ),
    Mutant(
        "carry dropped at 16",
        "the state dropped between chunks of 16",
        (42, 43),
        "the recurrence over chunks",
        call=nothing_carried(16),
        fits=_states_of_tokens,
    ),
    Mutant(
        "decay dropped at chunks",
        "no decay at the first token of each chunk of 64",
        (14, 36),
        "the decay between a chunk's start and its first token",
        call=first_gates_open(64),
        fits=_decays,
    ),
    Mutant(
        "first chunk keeps the state",
        "what the initial state adds to the first chunk of 64 not decayed",
        (36,),
        "the decay of the carried state in a chunk",
        call=first_chunk_keeps_state,
        fits=_decays,
    ),
    Mutant(
        "plain mask",
        "no decay between the tokens of a chunk of 64 that correct one another",
        (13,),
        "the mask of the scores k k' that are solved with",
        call=chunk_scores(within=True),
        fits=both(_corrects, _decays),
    ),
    Mutant(
        "chunks uncorrected",
        "tokens of a chunk of 64 not correcting one another",
        (11, 34),
        "the triangular solve inside a chunk",
        call=chunk_scores(within=False),
        fits=_corrects,
    ),
    Mutant(
        "last token dropped",
        "the last token dropped",
        (33, 48),
        "the bound of the loop over tokens",
        call=last_token_dropped,
        fits=_has_tokens,
    ),
    Mutant(
        "tail dropped",
        "tokens after the last whole chunk of 64 dropped",
        (31, 35, 38, 40),
        "the number of chunks: rounded down",
        call=tail_dropped,
        fits=_has_tokens,
    ),
    Mutant(
        "final state of whole chunks",
        "the final state that after the last whole chunk of 64",
        (29, 35, 38),
        "where the final state is stored: after the last chunk, or the last whole one",
        call=state_from_whole_chunks,
        fits=_states_of_tokens,
    ),
)
